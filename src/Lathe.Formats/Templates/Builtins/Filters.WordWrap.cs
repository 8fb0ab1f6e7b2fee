using System.Text;

namespace Lathe.Formats.Templates;

/// <summary>The filter <c>wordwrap</c>.</summary>
internal static partial class Filters
{
    /// <summary>Wraps each line on its own, as Python's <c>textwrap</c> does: lines break at spaces, and behind hyphens of words.</summary>
    private static StringValue WordWrap(Invocation call)
    {
        // Unlike its neighbours the filter does not make text of other values.
        call.Text(0);
        var text = (StringValue)call[0];
        var width = call.Integer(1, 79);
        if (width <= 0)
        {
            throw new TemplateException("'wordwrap' needs a width above zero.");
        }

        call.Budget.Allocate(text.Text.Length * 2L);
        var breaksWords = call.Flag(2, otherwise: true);
        var breaksHyphens = call.Flag(4, otherwise: true);
        var separator = call.Text(3, "\n");
        var lines = text.Text.ReplaceLineEndings("\n").Split('\n');
        List<string> wrapped = [.. lines.SelectMany(line => Wrap(line, width, breaksWords, breaksHyphens).DefaultIfEmpty(""))];
        if (wrapped.Count > 1 && text.Text.EndsWith('\n'))
        {
            wrapped.RemoveAt(wrapped.Count - 1);
        }

        return text.With(StringMethods.Join(separator, wrapped, call.Budget));
    }

    private static IEnumerable<string> Wrap(string line, int width, bool breaksWords, bool breaksHyphens)
    {
        var current = new StringBuilder();
        var column = 0;
        foreach (var chunk in Chunks(line, breaksHyphens))
        {
            var from = 0;
            var length = CodePoints.Count(chunk);
            var isSpace = string.IsNullOrWhiteSpace(chunk);
            if (breaksWords && !isSpace && length > width)
            {
                // A word that fits on no line fills up the current one.
                for (; column + length > width; column = 0)
                {
                    var end = CodePoints.UnitIndex(chunk, from, width - column);
                    length -= width - column;
                    yield return TakeLine(current.Append(chunk, from, end - from));
                    from = end;
                }
            }
            else if (column + length > width && column > 0)
            {
                yield return TakeLine(current);
                column = 0;
                (from, length) = isSpace ? (chunk.Length, 0) : (0, length);
            }

            current.Append(chunk, from, chunk.Length - from);
            column += length;
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
