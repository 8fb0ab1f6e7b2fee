namespace Lathe.Formats.Templates;

/// <summary>The filter <c>wordwrap</c>.</summary>
internal static partial class Filters
{
    /// <summary>Wraps each line on its own, as Python's <c>textwrap</c> does: lines break at spaces, and behind hyphens of words.</summary>
    private static StringValue WordWrap(Invocation call)
    {
        var text = Soft(call);
        var width = call.Integer(1, 79);
        if (width <= 0)
        {
            throw new TemplateException("'wordwrap' needs a width above zero.");
        }

        call.Budget.Allocate(text.Text.Length * 2L);
        var breaksWords = call.Flag(2, otherwise: true);
        var breaksHyphens = call.Flag(4, otherwise: true);
        var separator = call.Text(3, "\n");
        var lines = text.Text.ReplaceLineEndings("\n").Split('\n').SelectMany(line => Wrap(line, width, breaksWords, breaksHyphens).DefaultIfEmpty(""));
        List<string> wrapped = [.. lines];
        if (wrapped.Count > 1 && text.Text.EndsWith('\n'))
        {
            wrapped.RemoveAt(wrapped.Count - 1);
        }

        return text.With(StringMethods.Join(separator, wrapped, call.Budget));
    }

    private static IEnumerable<string> Wrap(string line, int width, bool breaksWords, bool breaksHyphens)
    {
        var current = "";
        foreach (var chunk in Chunks(line, breaksHyphens))
        {
            var rest = chunk;
            if (current.Length + rest.Length > width)
            {
                var isSpace = string.IsNullOrWhiteSpace(rest);
                if (breaksWords && !isSpace && rest.Length > width)
                {
                    // A word that fits on no line fills up the current one.
                    while (current.Length + rest.Length > width)
                    {
                        var part = Math.Max(width - current.Length, current.Length == 0 ? 1 : 0);
                        yield return (current + rest[..part]).TrimEnd();
                        rest = rest[part..];
                        current = "";
                    }
                }
                else if (current.Length > 0)
                {
                    yield return current.TrimEnd();
                    current = "";
                    rest = isSpace ? "" : rest;
                }
            }

            current += rest;
        }

        if (current.TrimEnd().Length > 0)
        {
            yield return current.TrimEnd();
        }
    }

    /// <summary>Words and the spaces between them in turn; with hyphens, the parts of compound words.</summary>
    private static IEnumerable<string> Chunks(string line, bool breaksHyphens)
    {
        var start = 0;
        for (var i = 1; i <= line.Length; i++)
        {
            var isEnd = i == line.Length || char.IsWhiteSpace(line[i]) != char.IsWhiteSpace(line[i - 1]);
            var isHyphen = breaksHyphens && !isEnd && line[i - 1] == '-' && i > 1 && char.IsLetter(line[i - 2]) && char.IsLetter(line[i]);
            if (isEnd || isHyphen)
            {
                yield return line[start..i];
                start = i;
            }
        }
    }
}
