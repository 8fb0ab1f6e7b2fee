using System.Text;

namespace Lathe.Formats.Templates;

/// <summary>Strings as Python sees them, as sequences of code points. A lone surrogate counts as a code point.</summary>
internal static class CodePoints
{
    /// <summary>Whether UTF-16 units and code points are the same thing in this text, as in nearly all text.</summary>
    public static bool AreUnits(ReadOnlySpan<char> text) => !text.ContainsAnyInRange('\uD800', '\uDFFF');

    public static int Count(ReadOnlySpan<char> text)
    {
        if (AreUnits(text))
        {
            return text.Length;
        }

        var count = 0;
        for (var i = 0; i < text.Length; i += UnitsAt(text, i))
        {
            count++;
        }

        return count;
    }

    /// <summary>The text of <paramref name="length"/> code points from code point <paramref name="start"/> on; both must be inside.</summary>
    public static string Slice(string text, int start, int length)
    {
        var from = UnitIndex(text, 0, start);
        return text[from..UnitIndex(text, from, length)];
    }

    /// <summary>The index of the unit that lies <paramref name="count"/> code points behind unit <paramref name="from"/>, or the end.</summary>
    public static int UnitIndex(string text, int from, int count)
    {
        // Only as much of the text is looked at as is passed: callers go through a text piece by piece.
        var units = Math.Min(count, text.Length - from);
        if (AreUnits(text.AsSpan(from, units)))
        {
            return from + units;
        }

        while (count-- > 0 && from < text.Length)
        {
            from += UnitsAt(text, from);
        }

        return from;
    }

    public static IEnumerable<string> Enumerate(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            var units = UnitsAt(text, i);
            yield return text.Substring(i, units);
            i += units;
        }
    }

    public static int At(string text, int unit) =>
        UnitsAt(text, unit) == 2 ? char.ConvertToUtf32(text[unit], text[unit + 1]) : text[unit];

    public static void Append(StringBuilder builder, int codePoint)
    {
        if (codePoint < 0x10000)
        {
            builder.Append((char)codePoint);
        }
        else
        {
            builder.Append(char.ConvertFromUtf32(codePoint));
        }
    }

    /// <summary>Order by code points; UTF-16 order differs where surrogates meet U+E000 and above.</summary>
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        return Rank(left[common]).CompareTo(Rank(right[common]));
    }

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;

    private static int UnitsAt(ReadOnlySpan<char> text, int unit) =>
        char.IsHighSurrogate(text[unit]) && unit + 1 < text.Length && char.IsLowSurrogate(text[unit + 1]) ? 2 : 1;
}
