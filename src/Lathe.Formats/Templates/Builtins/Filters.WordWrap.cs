using System.Text;

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
        var current = new StringBuilder();
        foreach (var chunk in Chunks(line, breaksHyphens))
        {
            var from = 0;
            var isSpace = string.IsNullOrWhiteSpace(chunk);
            if (breaksWords && !isSpace && chunk.Length > width)
            {
                // A word that fits on no line fills up the current one.
                while (current.Length + chunk.Length - from > width)
                {
                    var part = width - current.Length;
                    yield return TakeLine(current.Append(chunk, from, part));
                    from += part;
                }
            }
            else if (current.Length + chunk.Length > width && current.Length > 0)
            {
                yield return TakeLine(current);
                from = isSpace ? chunk.Length : 0;
            }

            current.Append(chunk, from, chunk.Length - from);
        }

        if (TakeLine(current) is { Length: > 0 } last)
        {
            yield return last;
        }
    }

    private static string TakeLine(StringBuilder current)
    {
        var line = current.ToString().TrimEnd();
        current.Clear();
        return line;
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
