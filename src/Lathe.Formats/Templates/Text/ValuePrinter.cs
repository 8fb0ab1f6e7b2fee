using System.Text;

namespace Lathe.Formats.Templates;

/// <summary>Python's <c>str()</c> and <c>repr()</c> of values.</summary>
internal sealed class ValuePrinter
{
    private readonly StringBuilder _text = new();
    private readonly RenderBudget _budget;

    private ValuePrinter(RenderBudget budget)
    {
        _budget = budget;
    }

    public static string ToText(TemplateValue value, RenderBudget budget) => value switch
    {
        StringValue text => text.Text,
        UndefinedValue => "",
        IntegerValue number => IntegerText.ToText(number.Value),
        _ => Repr(value, budget),
    };

    public static string Repr(TemplateValue value, RenderBudget budget)
    {
        var printer = new ValuePrinter(budget);
        printer.Append(value);
        budget.Allocate(printer._text.Length);
        return printer._text.ToString();
    }

    private void Append(TemplateValue value)
    {
        _budget.Enter();
        _budget.Step();

        // Shared parts are printed each time, so the text may be far larger than the value.
        if (_text.Length > _budget.Limits.MaxOutputLength)
        {
            throw new TemplateException($"the text of a value is larger than the limit of {_budget.Limits.MaxOutputLength}.");
        }

        switch (value)
        {
            case UndefinedValue:
                _text.Append("Undefined");
                break;
            case NoneValue:
                _text.Append("None");
                break;
            case BooleanValue boolean:
                _text.Append(boolean.IsTruthy ? "True" : "False");
                break;
            case IntegerValue number:
                _text.Append(IntegerText.ToText(number.Value));
                break;
            case FloatValue number:
                _text.Append(FloatText.Repr(number.Value));
                break;
            case StringValue { IsMarkup: true } markup:
                _text.Append("Markup(");
                AppendQuoted(markup.Text);
                _text.Append(')');
                break;
            case StringValue text:
                AppendQuoted(text.Text);
                break;
            case ListValue list:
                AppendSequence(list);
                break;
            case DictValue dict:
                AppendEntries(dict.Entries);
                break;
            case NamespaceValue scope:
                _text.Append("<Namespace ");
                AppendEntries(scope.Attributes.Select(entry => KeyValuePair.Create((TemplateValue)new StringValue(entry.Key), entry.Value)));
                _text.Append('>');
                break;
            case MacroValue macro:
                _text.Append("<Macro '").Append(macro.Definition.Name).Append("'>");
                break;
            case IteratorValue or CallableValue or CyclerValue:
                _text.Append('<').Append(value.TypeName).Append(" object>");
                break;
            default:
                throw new InvalidOperationException($"Values of type '{value.TypeName}' have no text.");
        }

        _budget.Leave();
    }

    private void AppendSequence(ListValue list)
    {
        switch (list.Kind)
        {
            case SequenceKind.List:
                AppendItems('[', list.Items, ']');
                break;
            case SequenceKind.Tuple:
                AppendItems('(', list.Items, ',', ')');
                break;
            case SequenceKind.Range:
                AppendRange(list);
                break;
            case SequenceKind.Keys or SequenceKind.Values or SequenceKind.Items:
                _text.Append(list.TypeName).Append('(');
                AppendItems('[', list.Items, ']');
                _text.Append(')');
                break;
            default:
                throw new InvalidOperationException($"Sequence kind {list.Kind} has no text.");
        }
    }

    private void AppendItems(char open, ReadOnlySpan<TemplateValue> items, char close)
    {
        _text.Append(open);
        for (var i = 0; i < items.Length; i++)
        {
            _text.Append(i > 0 ? ", " : "");
            Append(items[i]);
        }

        _text.Append(close);
    }

    /// <summary>A tuple of one item keeps a comma, which tells it from an expression in parentheses.</summary>
    private void AppendItems(char open, ReadOnlySpan<TemplateValue> items, char single, char close)
    {
        AppendItems(open, items, items.Length == 1 ? single : close);
        _text.Append(items.Length == 1 ? close.ToString() : "");
    }

    private void AppendRange(ListValue range)
    {
        var (start, stop, step) = range.Bounds;
        _text.Append("range(").Append(start).Append(", ").Append(stop).Append(step.IsOne ? "" : $", {step}").Append(')');
    }

    private void AppendEntries(IEnumerable<KeyValuePair<TemplateValue, TemplateValue>> entries)
    {
        _text.Append('{');
        var separator = "";
        foreach (var (key, value) in entries)
        {
            _text.Append(separator);
            separator = ", ";
            Append(key);
            _text.Append(": ");
            Append(value);
        }

        _text.Append('}');
    }

    private void AppendQuoted(string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        _text.Append(quote);
        for (var i = 0; i < text.Length;)
        {
            var code = CodePoints.At(text, i);
            i += code > 0xFFFF ? 2 : 1;
            switch (code)
            {
                case '\n':
                    _text.Append("\\n");
                    break;
                case '\r':
                    _text.Append("\\r");
                    break;
                case '\t':
                    _text.Append("\\t");
                    break;
                case '\\':
                    _text.Append("\\\\");
                    break;
                case var _ when code == quote:
                    _text.Append('\\').Append(quote);
                    break;
                case var _ when PythonCharacters.IsPrintable(code):
                    CodePoints.Append(_text, code);
                    break;
                default:
                    _text.Append(code < 0x100 ? $"\\x{code:x2}" : code < 0x10000 ? $"\\u{code:x4}" : $"\\U{code:x8}");
                    break;
            }
        }

        _text.Append(quote);
    }
}
