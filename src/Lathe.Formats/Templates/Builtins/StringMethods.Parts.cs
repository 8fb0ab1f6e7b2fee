using System.Buffers;

namespace Lathe.Formats.Templates;

/// <summary>The methods of strings that cut, search and join.</summary>
internal static partial class StringMethods
{
    private static readonly SearchValues<char> s_lineBreaks = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    /// <summary>Python's <c>sep.join(items)</c>, where all items are strings.</summary>
    public static StringValue Join(StringValue separator, IEnumerable<TemplateValue> items, Invocation call)
    {
        List<string> parts = [];
        foreach (var item in items)
        {
            if (item is not StringValue text)
            {
                throw item is UndefinedValue undefined ? undefined.Error()
                    : new TemplateException($"'join' needs strings, not values of type '{item.TypeName}'.");
            }

            call.Budget.Step();
            parts.Add(separator.IsMarkup ? Html.Escape(text, call.Budget) : text.Text);
        }

        return separator.With(Join(separator.Text, parts, call.Budget));
    }

    public static string Join(string separator, List<string> parts, RenderBudget budget)
    {
        budget.Allocate(parts.Sum(part => (long)part.Length) + ((long)separator.Length * Math.Max(0, parts.Count - 1)));
        return string.Join(separator, parts);
    }

    public static string Strip(string text, string? characters, bool start, bool end)
    {
        var first = 0;
        var last = text.Length;
        bool IsStripped(char character) => characters is null ? PythonCharacters.IsSpace(character) : characters.Contains(character);
        while (start && first < last && IsStripped(text[first]))
        {
            first++;
        }

        while (end && last > first && IsStripped(text[last - 1]))
        {
            last--;
        }

        return text[first..last];
    }

    private static StringValue Strip(Invocation call, bool start, bool end)
    {
        var characters = call.Has(1) ? call.Text(1) : null;
        call.Budget.Work((long)call.Text(0).Length * (1 + (characters?.Length ?? 0) / 16));
        return Self(call).With(Strip(call.Text(0), characters, start, end));
    }

    private static StringValue RemovePrefix(Invocation call) =>
        call.Text(0).StartsWith(call.Text(1), StringComparison.Ordinal) ? Self(call).With(call.Text(0)[call.Text(1).Length..]) : Self(call);

    private static StringValue RemoveSuffix(Invocation call) =>
        call.Text(0).EndsWith(call.Text(1), StringComparison.Ordinal) ? Self(call).With(call.Text(0)[..^call.Text(1).Length]) : Self(call);

    /// <summary>The part of the text between the bounds of the arguments 2 and 3, and where it begins in code points.</summary>
    private static (string Text, int Start) Window(Invocation call)
    {
        var text = call.Text(0);
        call.Budget.Work(text.Length);
        if (!call.Has(2) && !call.Has(3))
        {
            return (text, 0);
        }

        var range = SliceRange.Of(call[2], call[3], TemplateValue.None, CodePoints.Count(text));
        return (CodePoints.Slice(text, range.Start, range.Count), range.Start);
    }

    private static BooleanValue Matches(Invocation call, Func<string, string, bool> matches)
    {
        var (text, _) = Window(call);
        return BooleanValue.Of(call[1] is ListValue { Kind: SequenceKind.Tuple } parts
            ? parts.Any(part => part is StringValue option && matches(text, option.Text))
            : matches(text, call.Text(1)));
    }

    private static TemplateValue Find(Invocation call, bool fromEnd)
    {
        var (text, start) = Window(call);
        if (call.Text(1).Length == 0 && call.Has(2) && call.Integer(2) > start)
        {
            // Even nothing is not found beyond the end.
            return -1L;
        }

        var index = fromEnd
            ? TextSearch.LastIndexOf(text, call.Text(1), text.Length, call.Budget)
            : TextSearch.IndexOf(text, call.Text(1), 0, call.Budget);
        return index < 0 ? -1L : start + (long)CodePoints.Count(text.AsSpan(0, index));
    }

    private static IntegerValue MustFind(Invocation call, bool fromEnd) =>
        Find(call, fromEnd) is IntegerValue { Value.Sign: >= 0 } index
            ? index
            : throw new TemplateException("the text does not hold the part that was looked for.");

    private static StringValue Replace(Invocation call)
    {
        var (old, replacement) = (call.Text(1), call.Text(2));
        if (Self(call).IsMarkup)
        {
            replacement = Html.Escape((StringValue)call[2], call.Budget);
        }

        return Self(call).With(TextSearch.Replace(call.Text(0), old, replacement, call.Integer(3, -1), call.Budget));
    }

    private static ListValue Parts(Invocation call, List<string> parts)
    {
        call.Budget.AllocateItems(parts.Count);
        call.Budget.Allocate(call.Text(0).Length);
        return new ListValue([.. parts.Select(part => Self(call).With(part))]);
    }

    private static StringValue ExpandTabs(Invocation call)
    {
        var size = Math.Max(0, call.Integer(1, 8));
        var text = call.Text(0);
        call.Budget.Allocate(text.Length + ((long)text.AsSpan().Count('\t') * size));
        var result = new System.Text.StringBuilder();
        var column = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\t')
            {
                var width = size == 0 ? 0 : size - (column % size);
                result.Append(' ', width);
                column += width;
            }
            else
            {
                result.Append(rune);
                column = rune.Value is '\n' or '\r' ? 0 : column + 1;
            }
        }

        return Self(call).With(result.ToString());
    }

    private static string Separator(Invocation call) =>
        call.Text(1) is { Length: > 0 } separator ? separator : throw new TemplateException("a text cannot be split at an empty separator.");

    private static ListValue Split(Invocation call)
    {
        var text = call.Text(0);
        var limit = call.Integer(2, -1);
        if (!call.Has(1))
        {
            return Parts(call, SplitAtSpace(text, limit));
        }

        var separator = Separator(call);
        List<string> parts = [];
        var from = 0;
        for (int i; limit-- != 0 && (i = TextSearch.IndexOf(text, separator, from, call.Budget)) >= 0; from = i + separator.Length)
        {
            parts.Add(text[from..i]);
        }

        parts.Add(text[from..]);
        return Parts(call, parts);
    }

    private static ListValue SplitFromEnd(Invocation call)
    {
        var limit = call.Integer(2, -1);
        if (limit < 0)
        {
            return Split(call);
        }

        // A split from the end is one from the start of the reversed text.
        var text = Reverse(call.Text(0));
        List<string> parts = [];
        if (!call.Has(1))
        {
            parts = SplitAtSpace(text, limit);
        }
        else
        {
            var separator = Reverse(Separator(call));
            var from = 0;
            for (int i; limit-- > 0 && (i = TextSearch.IndexOf(text, separator, from, call.Budget)) >= 0; from = i + separator.Length)
            {
                parts.Add(text[from..i]);
            }

            parts.Add(text[from..]);
        }

        parts.Reverse();
        return Parts(call, parts.ConvertAll(Reverse));
    }

    /// <summary>By UTF-16 units, which is undone by reversing again.</summary>
    private static string Reverse(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        source.CopyTo(span);
        span.Reverse();
    });

    private static List<string> SplitAtSpace(string text, int limit)
    {
        List<string> parts = [];
        var i = 0;
        while (true)
        {
            while (i < text.Length && PythonCharacters.IsSpace(text[i]))
            {
                i++;
            }

            if (i == text.Length)
            {
                return parts;
            }

            if (parts.Count == limit)
            {
                parts.Add(text[i..]);
                return parts;
            }

            var start = i;
            while (i < text.Length && !PythonCharacters.IsSpace(text[i]))
            {
                i++;
            }

            parts.Add(text[start..i]);
        }
    }

    private static ListValue SplitLines(Invocation call)
    {
        var text = call.Text(0);
        var keepsEnds = call.Flag(1, otherwise: false);
        List<string> parts = [];
        for (var i = 0; i < text.Length;)
        {
            var length = text.AsSpan(i).IndexOfAny(s_lineBreaks);
            var end = length < 0 ? text.Length : i + length;
            var next = end == text.Length ? end : text.AsSpan(end).StartsWith("\r\n") ? end + 2 : end + 1;
            parts.Add(text[i..(keepsEnds ? next : end)]);
            i = next;
        }

        return Parts(call, parts);
    }

    private static ListValue Partition(Invocation call)
    {
        var (text, separator) = (call.Text(0), Separator(call));
        var index = TextSearch.IndexOf(text, separator, 0, call.Budget);
        return index < 0 ? Triple(call, text, "", "") : Triple(call, text[..index], separator, text[(index + separator.Length)..]);
    }

    private static ListValue PartitionFromEnd(Invocation call)
    {
        var (text, separator) = (call.Text(0), Separator(call));
        var index = TextSearch.LastIndexOf(text, separator, text.Length, call.Budget);
        return index < 0 ? Triple(call, "", "", text) : Triple(call, text[..index], separator, text[(index + separator.Length)..]);
    }

    private static ListValue Triple(Invocation call, params ReadOnlySpan<string> parts)
    {
        call.Budget.Allocate(call.Text(0).Length);
        var self = Self(call);
        return ListValue.Tuple(self.With(parts[0]), self.With(parts[1]), self.With(parts[2]));
    }
}
