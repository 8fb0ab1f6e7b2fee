using System.Text;

namespace Lathe.Formats.Gguf;

/// <summary>The name of a field for error messages. Kept as its parts, because one is made for each field that is read and almost none is printed.</summary>
/// <param name="Section">What the field belongs to: <c>metadata</c>, <c>tensor</c>; null for the file header.</param>
/// <param name="Name">The entry's key or name once it is known.</param>
/// <param name="Index">The entry's number, used until its name is known.</param>
/// <param name="Member">The field within the entry; null for the entry's value itself.</param>
/// <param name="Element">The element of an array; -1 for none.</param>
internal readonly record struct GgufField(string? Section, string? Name, long Index, string? Member, long Element = -1)
{
    private const int LongestQuote = 80;

    /// <summary>A field that the file has once.</summary>
    public static GgufField Header(string member) => new(null, null, -1, member);

    /// <summary>A name from the file made fit for a message: short, and without characters that a terminal would act on.</summary>
    public static string Quote(string name)
    {
        var quoted = new StringBuilder("\"", Math.Min(name.Length, LongestQuote) + 8);
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, LongestQuote)))
        {
            quoted.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        }

        return quoted.Append(name.Length > LongestQuote ? "...\"" : "\"").ToString();
    }

    /// <summary>The length that precedes this field, which is a string.</summary>
    public GgufField Length => this with { Member = Member is null ? "length" : $"{Member}.length" };

    public override string ToString()
    {
        if (Section is null)
        {
            return Member!;
        }

        string entry = Name is null ? $"{Section}[{Index}]" : $"{Section} {Quote(Name)}";
        string element = Element < 0 ? "" : $"[{Element}]";
        return Member is null ? entry + element : $"{entry}{element}.{Member}";
    }
}
