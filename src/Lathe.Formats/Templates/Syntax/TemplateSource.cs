namespace Lathe.Formats.Templates;

/// <summary>The text of a template with its line breaks normalised to <c>\n</c>; turns offsets into lines and columns.</summary>
internal sealed class TemplateSource
{
    public TemplateSource(string text)
    {
        var normalised = text.Replace("\r\n", "\n").Replace('\r', '\n');

        // Jinja drops one final line break, so that a file may end in one and the prompt need not.
        Text = normalised.EndsWith('\n') ? normalised[..^1] : normalised;
    }

    public string Text { get; }

    public TemplateException Error(int offset, string reason, Exception? innerException = null)
    {
        var before = Text.AsSpan(0, Math.Min(offset, Text.Length));
        var line = before.Count('\n') + 1;
        var column = before.Length - before.LastIndexOf('\n');
        return new TemplateException(reason, line, column, innerException);
    }
}
