using System.Buffers;
using System.Text;

namespace Lathe.Formats.Templates;

/// <summary>Filters on text. They take any value as its text.</summary>
internal static partial class Filters
{
    private static readonly SearchValues<char> s_noAttributeName = SearchValues.Create(" \t\n\f\v\r/>=");

    private static StringValue Map(Invocation call, Func<string, string> map)
    {
        var text = Soft(call);
        call.Budget.Allocate(text.Text.Length);
        return text.With(map(text.Text));
    }

    /// <summary>The value as a string, which keeps markup what it is.</summary>
    private static StringValue Soft(Invocation call) => call[0] as StringValue ?? new StringValue(call.ToText(0));

    /// <summary>Unlike the method of strings this filter starts words only after spaces and opening brackets.</summary>
    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || PythonCharacters.IsSpace(text[i]) || text[i] is '-' or '(' or '{' or '[' or '<')
            {
                var word = text[start..i];
                result.Append(word.Length == 0 ? "" : PythonCharacters.ToUpper(word[..1]) + PythonCharacters.ToLower(word[1..]));
                result.Append(i < text.Length ? text[i].ToString() : "");
                start = i + 1;
            }
        }

        return result.ToString();
    }

    private static StringValue Center(Invocation call)
    {
        var width = new IntegerValue(call.Integer(1, 80));
        return (StringValue)StringMethods.Table["center"].Invoke(call.Interpreter, new CallArguments([Soft(call), width], []));
    }

    private static StringValue Escape(Invocation call) =>
        new(Html.Escape(Soft(call), call.Budget), isMarkup: true);

    private static StringValue Format(Invocation call)
    {
        if (call.ExtraPositional.Length > 0 && call.ExtraNamed.Count > 0)
        {
            throw new TemplateException("'format' takes positional or named arguments, not both.");
        }

        TemplateValue values = call.ExtraNamed.Count > 0 ? DictValue.Of(call.ExtraNamed) : ListValue.Tuple(call.ExtraPositional);
        return PercentFormat.Apply(Soft(call), values, call.Interpreter);
    }

    private static StringValue Indent(Invocation call)
    {
        var indent = call[1] is StringValue unit ? unit.Text : new string(' ', Math.Clamp(call.Integer(1, 4), 0, 10_000));
        var indentsFirst = call.Flag(2, otherwise: false);
        var indentsBlank = call.Flag(3, otherwise: false);
        var text = call.Text(0);
        var lines = text.Replace("\r\n", "\n").Split('\n', '\r', '\v', '\f', '\x1c', '\x1d', '\x1e', '\x85', '\u2028', '\u2029');
        call.Budget.Allocate(text.Length + ((long)lines.Length * indent.Length));
        for (var i = 0; i < lines.Length; i++)
        {
            var isIndented = i == 0 ? indentsFirst : indentsBlank || lines[i].Length > 0;
            lines[i] = isIndented ? indent + lines[i] : lines[i];
        }

        return Soft(call).With(string.Join('\n', lines));
    }

    private static StringValue Replace(Invocation call)
    {
        // With autoescaping off, as it is for chat templates, the result is plain text.
        var replaced = TextSearch.Replace(call.ToText(0), call.ToText(1), call.ToText(2), call.Integer(3, -1), call.Budget);
        return new StringValue(replaced);
    }

    private static StringValue StripTags(Invocation call)
    {
        var text = call.ToText(0);
        var result = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            var open = text.IndexOf('<', i);
            var isComment = open >= 0 && text.AsSpan(open).StartsWith("<!--");
            var close = open < 0 ? -1 : isComment ? text.IndexOf("-->", open, StringComparison.Ordinal) : text.IndexOf('>', open);
            if (close < 0)
            {
                result.Append(text, i, text.Length - i);
                break;
            }

            result.Append(text, i, open - i);
            i = close + (isComment ? 3 : 1);
        }

        call.Budget.Allocate(text.Length);
        var words = result.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return new StringValue(Unescape(string.Join(' ', words)));
    }

    private static string Unescape(string text) =>
        text.Replace("&lt;", "<").Replace("&gt;", ">").Replace("&#39;", "'").Replace("&#34;", "\"").Replace("&quot;", "\"").Replace("&amp;", "&");

    private static StringValue Trim(Invocation call)
    {
        var characters = call.Has(1) ? call.Text(1) : null;
        var text = Soft(call);
        call.Budget.Work((long)text.Text.Length * (1 + ((characters?.Length ?? 0) / 16)));
        return text.With(StringMethods.Strip(text.Text, characters, start: true, end: true));
    }

    private static TemplateValue Truncate(Invocation call)
    {
        var length = call.Integer(1, 255);
        var leeway = call.Integer(4, 5);
        if (call[0] is not StringValue text)
        {
            // Whatever has a length may pass if it is short enough.
            return Numbers.ToInteger(Length(call)) <= length + (long)leeway
                ? call[0]
                : throw new TemplateException("'truncate' can only shorten strings.");
        }

        var end = call.Text(3, "...");
        var endLength = CodePoints.Count(end);
        if (length < endLength)
        {
            throw new TemplateException($"'truncate' needs a length of at least {endLength}, the length of its end.");
        }

        call.Budget.Allocate(text.Text.Length);
        if (CodePoints.Count(text.Text) <= length + (long)leeway)
        {
            return text;
        }

        var kept = CodePoints.Slice(text.Text, 0, length - endLength);
        var space = call.Flag(2, otherwise: false) ? -1 : kept.LastIndexOf(' ');
        return text.With((space < 0 ? kept : kept[..space]) + end);
    }

    private static StringValue UrlEncode(Invocation call)
    {
        if (call[0] is StringValue or not (DictValue or ListValue or IteratorValue))
        {
            return new StringValue(Quote(call, call.ToText(0), isQuery: false));
        }

        var pairs = call[0] is DictValue dict ? dict.View(SequenceKind.Items) : call.Items(0);
        var parts = pairs.Select(pair => Interpreter.Iterate(pair).Take(3).Select(call.Interpreter.ToText).ToArray() is [var key, var value]
            ? $"{Quote(call, key, isQuery: true)}={Quote(call, value, isQuery: true)}"
            : throw new TemplateException("'urlencode' needs pairs of key and value."));
        return new StringValue(StringMethods.Join("&", [.. parts], call.Budget));
    }

    private static string Quote(Invocation call, string text, bool isQuery)
    {
        call.Budget.Allocate(text.Length * 3L);
        var result = new StringBuilder(text.Length);
        foreach (var unit in Encoding.UTF8.GetBytes(text))
        {
            var character = (char)unit;
            if (char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-' or '~' || (character == '/' && !isQuery))
            {
                result.Append(character);
            }
            else
            {
                result.Append(character == ' ' && isQuery ? "+" : $"%{unit:X2}");
            }
        }

        return result.ToString();
    }

    private static TemplateValue WordCount(Invocation call)
    {
        var text = call.ToText(0);
        call.Budget.Work(text.Length);
        var count = 0L;
        var follows = false;
        foreach (var character in text)
        {
            var isWord = char.IsLetterOrDigit(character) || character == '_';
            count += isWord && !follows ? 1 : 0;
            follows = isWord;
        }

        return count;
    }

    private static StringValue XmlAttributes(Invocation call)
    {
        if (call[0] is not DictValue dict)
        {
            throw new TemplateException($"'xmlattr' needs a dict, not a value of type '{call[0].TypeName}'.");
        }

        List<string> attributes = [];
        foreach (var (key, value) in dict.Entries)
        {
            if (value is NoneValue or UndefinedValue)
            {
                continue;
            }

            var name = call.Interpreter.ToText(key);
            if (name.AsSpan().ContainsAny(s_noAttributeName))
            {
                throw new TemplateException($"'{name}' is not the name of an attribute.");
            }

            var text = value as StringValue ?? new StringValue(call.Interpreter.ToText(value));
            attributes.Add($"{Html.Escape(name, call.Budget)}=\"{Html.Escape(text, call.Budget)}\"");
        }

        var joined = StringMethods.Join(" ", attributes, call.Budget);
        return new StringValue(joined.Length > 0 && call.Flag(1, otherwise: true) ? " " + joined : joined);
    }
}
