namespace Lathe.Formats.Templates;

/// <summary>The evaluated arguments of a call.</summary>
internal sealed record CallArguments(TemplateValue[] Positional, KeyValuePair<string, TemplateValue>[] Named)
{
    public static CallArguments Empty { get; } = new([], []);

    /// <summary>The same arguments behind a first one, such as the value that a filter works on.</summary>
    public CallArguments Prepend(TemplateValue first) => this with { Positional = [first, .. Positional] };
}
