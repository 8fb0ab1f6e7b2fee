using System.Text;

namespace Lathe.Formats.Templates;

/// <summary>Python's <c>format % values</c>.</summary>
internal sealed class PercentFormat
{
    private readonly StringValue _format;
    private readonly TemplateValue _values;
    private readonly Interpreter _interpreter;
    private readonly ReadOnlyMemory<TemplateValue> _arguments;
    private readonly StringBuilder _result = new();
    private int _position;
    private int _used;
    private bool _usesNames;

    private PercentFormat(StringValue format, TemplateValue values, Interpreter interpreter)
    {
        _format = format;
        _values = values;
        _interpreter = interpreter;
        _arguments = values is ListValue { Kind: SequenceKind.Tuple } tuple ? tuple.Items.ToArray() : new[] { values };
    }

    public static StringValue Apply(StringValue format, TemplateValue values, Interpreter interpreter) =>
        format.With(new PercentFormat(format, values, interpreter).Run());

    private string Run()
    {
        var text = _format.Text;
        while (_position < text.Length)
        {
            var percent = text.IndexOf('%', _position);
            percent = percent < 0 ? text.Length : percent;
            _result.Append(text, _position, percent - _position);
            _position = percent + 1;
            if (percent < text.Length)
            {
                AppendField();
            }

            if (_result.Length > _interpreter.Budget.Limits.MaxOutputLength)
            {
                break;
            }
        }

        _interpreter.Budget.Allocate(_result.Length);
        if (_used < _arguments.Length && !_usesNames && _values is not (DictValue or ListValue { Kind: SequenceKind.List }))
        {
            throw new TemplateException("not all values were used by the format of '%'.");
        }

        return _result.ToString();
    }

    private void AppendField()
    {
        TemplateValue? named = null;
        if (Peek() == '(')
        {
            var end = _format.Text.IndexOf(')', _position);
            var name = end < 0 ? throw Incomplete() : _format.Text[(_position + 1)..end];
            var dict = _values as DictValue ?? throw new TemplateException("the format of '%' names values, so it needs a dict.");
            named = dict.TryGetValue(name, out var value)
                ? value
                : throw new TemplateException($"the format of '%' names '{name}', which is not in the dict.");
            _usesNames = true;
            _position = end + 1;
        }

        var flags = _position;
        while (Peek() is '-' or '+' or ' ' or '0' or '#')
        {
            _position++;
        }

        var flagText = _format.Text[flags.._position];
        var width = TakeNumber() ?? 0;
        int? precision = null;
        if (Peek() == '.')
        {
            _position++;
            precision = TakeNumber() ?? 0;
        }

        if (_position >= _format.Text.Length)
        {
            throw Incomplete();
        }

        var type = _format.Text[_position++];
        if (type == '%')
        {
            _result.Append('%');
            return;
        }

        var isNumber = type is not ('s' or 'r' or 'a' or 'c');
        var specification = new FormatSpecification
        {
            Align = flagText.Contains('-') ? '<' : flagText.Contains('0') && isNumber ? '=' : '>',
            Fill = flagText.Contains('0') && !flagText.Contains('-') && isNumber ? "0" : " ",
            Sign = flagText.Contains('+') ? '+' : flagText.Contains(' ') ? ' ' : '\0',
            HasPrefix = flagText.Contains('#'),
            Width = width,
            Precision = precision,
            Type = type is 'i' or 'u' ? 'd' : type,
        };
        _result.Append(Format(named ?? NextValue(), specification));
    }

    private string Format(TemplateValue value, FormatSpecification specification)
    {
        var budget = _interpreter.Budget;
        switch (specification.Type)
        {
            case 's':
                var text = value as StringValue ?? new StringValue(_interpreter.ToText(value));
                return specification.Text(_format.IsMarkup ? Html.Escape(text, budget) : text.Text, budget);
            case 'r':
                return specification.Text(ValuePrinter.Repr(value, budget), budget);
            case 'a':
                return specification.Text(PythonCharacters.EscapeBeyondAscii(ValuePrinter.Repr(value, budget)), budget);
            case 'c' when value is StringValue character && CodePoints.Count(character.Text) == 1:
                return (specification with { Type = 's' }).Text(character.Text, budget);
            case 'd' or 'x' or 'X' or 'o' or 'c' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' when Numbers.IsNumber(value):
                var number = specification.Type == 'd' || value is BooleanValue ? new IntegerValue(Numbers.ToInteger(value)) : value;
                return specification.Apply(number, budget);
            case 'd' or 'x' or 'X' or 'o' or 'c' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                throw new TemplateException($"the format '%{specification.Type}' needs a number, not a value of type '{value.TypeName}'.");
            default:
                throw new TemplateException($"the format '%{specification.Type}' is unknown.");
        }
    }

    private TemplateValue NextValue() => _used < _arguments.Length
        ? _arguments.Span[_used++]
        : throw new TemplateException("there are fewer values than the format of '%' needs.");

    private char Peek() => _position < _format.Text.Length ? _format.Text[_position] : '\0';

    private int? TakeNumber()
    {
        if (Peek() == '*')
        {
            _position++;
            return Numbers.TryInteger(NextValue(), out var value) && value >= 0 && value < int.MaxValue
                ? (int)value
                : throw new TemplateException("'*' in the format of '%' needs an integer that is not negative.");
        }

        var start = _position;
        while (char.IsAsciiDigit(Peek()))
        {
            _position++;
        }

        return start == _position ? null
            : int.TryParse(_format.Text.AsSpan(start, _position - start), out var number) ? number
            : throw Incomplete();
    }

    private static TemplateException Incomplete() => new("the format of '%' is incomplete.");
}
