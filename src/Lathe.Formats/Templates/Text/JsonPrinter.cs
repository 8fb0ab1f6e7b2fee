using System.Text;

namespace Lathe.Formats.Templates;

/// <summary>Python's <c>json.dumps</c>.</summary>
internal sealed class JsonPrinter(RenderBudget budget)
{
    private readonly StringBuilder _text = new();

    /// <summary>Whether all but ASCII is written as escapes.</summary>
    public bool EnsuresAscii { get; init; }

    /// <summary>What each level is indented by; null writes everything on one line.</summary>
    public string? Indent { get; init; }

    public string ItemSeparator { get; init; } = ", ";

    public string KeySeparator { get; init; } = ": ";

    public bool SortsKeys { get; init; }

    public string Print(TemplateValue value)
    {
        Append(value, 0);
        budget.Allocate(_text.Length);
        return _text.ToString();
    }

    private void Append(TemplateValue value, int level)
    {
        budget.Enter();
        budget.Step();
        if (_text.Length > budget.Limits.MaxOutputLength)
        {
            throw new TemplateException($"the JSON of a value is larger than the limit of {budget.Limits.MaxOutputLength}.");
        }

        switch (value)
        {
            case NoneValue:
                _text.Append("null");
                break;
            case BooleanValue boolean:
                _text.Append(boolean.IsTruthy ? "true" : "false");
                break;
            case IntegerValue number:
                _text.Append(IntegerText.ToText(number.Value));
                break;
            case FloatValue number:
                _text.Append(FloatToText(number.Value));
                break;
            case StringValue text:
                AppendString(text.Text);
                break;
            case ListValue { Kind: SequenceKind.List or SequenceKind.Tuple } list:
                AppendGroup('[', list, ']', level, (item, inner) => Append(item, inner));
                break;
            case DictValue dict:
                AppendGroup('{', Ordered(dict), '}', level, AppendEntry);
                break;
            default:
                throw new TemplateException($"a value of type '{value.TypeName}' cannot be written as JSON.");
        }

        budget.Leave();
    }

    private static string FloatToText(double value) => FloatText.Repr(value) switch
    {
        "nan" => "NaN",
        "inf" => "Infinity",
        "-inf" => "-Infinity",
        var text => text,
    };

    private IEnumerable<KeyValuePair<TemplateValue, TemplateValue>> Ordered(DictValue dict) =>
        SortsKeys ? Ordering.Sort(dict.Entries, entry => entry.Key, budget) : dict.Entries;

    private void AppendGroup<T>(char open, IEnumerable<T> items, char close, int level, Action<T, int> append)
    {
        _text.Append(open);
        var isEmpty = true;
        foreach (var item in items)
        {
            _text.Append(isEmpty ? "" : ItemSeparator);
            isEmpty = false;
            AppendLine(level + 1);
            append(item, level + 1);
        }

        if (!isEmpty)
        {
            AppendLine(level);
        }

        _text.Append(close);
    }

    private void AppendLine(int level)
    {
        if (Indent is null)
        {
            return;
        }

        budget.Work((long)Indent.Length * level);
        _text.Append('\n');
        for (var i = 0; i < level; i++)
        {
            _text.Append(Indent);
        }
    }

    private void AppendEntry(KeyValuePair<TemplateValue, TemplateValue> entry, int level)
    {
        switch (entry.Key)
        {
            case StringValue key:
                AppendString(key.Text);
                break;
            case NoneValue or BooleanValue or IntegerValue or FloatValue:
                _text.Append('"');
                Append(entry.Key, level);
                _text.Append('"');
                break;
            default:
                throw new TemplateException($"a dict key of type '{entry.Key.TypeName}' cannot be written as JSON.");
        }

        _text.Append(KeySeparator);
        Append(entry.Value, level);
    }

    private void AppendString(string text)
    {
        budget.Work(text.Length);
        _text.Append('"');
        foreach (var character in text)
        {
            switch (character)
            {
                case '"':
                    _text.Append("\\\"");
                    break;
                case '\\':
                    _text.Append("\\\\");
                    break;
                case '\n':
                    _text.Append("\\n");
                    break;
                case '\r':
                    _text.Append("\\r");
                    break;
                case '\t':
                    _text.Append("\\t");
                    break;
                case '\f':
                    _text.Append("\\f");
                    break;
                case '\b':
                    _text.Append("\\b");
                    break;
                case < ' ':
                case > '~' when EnsuresAscii:
                    _text.Append($"\\u{(int)character:x4}");
                    break;
                default:
                    _text.Append(character);
                    break;
            }
        }

        _text.Append('"');
    }
}
