using System.Text;

namespace Lathe.Formats.Templates;

/// <summary>Python's <c>str.format</c>: fields by position or name, with attributes, items, conversions and specifications.</summary>
internal sealed class BraceFormat
{
    private const int MaxNesting = 2;

    private readonly Invocation _call;
    private int _automatic;
    private bool _isManual;

    private BraceFormat(Invocation call)
    {
        _call = call;
    }

    /// <summary>Formats the arguments of a call of <c>str.format</c>.</summary>
    public static StringValue Apply(Invocation call) => ((StringValue)call[0]).With(new BraceFormat(call).Run(call.Text(0), 0));

    private string Run(string format, int nesting)
    {
        if (nesting == MaxNesting)
        {
            throw new TemplateException("the fields of a format are nested too deeply.");
        }

        var result = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            var character = format[i];
            if (character is '{' or '}' && i + 1 < format.Length && format[i + 1] == character)
            {
                result.Append(character);
                i++;
            }
            else if (character == '{')
            {
                var end = FieldEnd(format, i);
                result.Append(Field(format[(i + 1)..end], nesting));
                i = result.Length > _call.Budget.Limits.MaxOutputLength ? format.Length : end;
            }
            else
            {
                result.Append(character == '}' ? throw new TemplateException("a '}' in a format has no '{'.") : character);
            }
        }

        _call.Budget.Allocate(result.Length);
        return result.ToString();
    }

    private static int FieldEnd(string format, int start)
    {
        var depth = 0;
        for (var i = start; i < format.Length; i++)
        {
            depth += format[i] == '{' ? 1 : format[i] == '}' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        throw new TemplateException("a '{' in a format has no '}'.");
    }

    private string Field(string field, int nesting)
    {
        var colon = field.IndexOf(':');
        var head = colon < 0 ? field : field[..colon];
        var mark = head.IndexOf('!');
        var value = Lookup(mark < 0 ? head : head[..mark]);

        // After the field itself: automatic numbers count from left to right.
        var specification = colon < 0 ? "" : Run(field[(colon + 1)..], nesting + 1);
        if (mark >= 0)
        {
            value = head[(mark + 1)..] switch
            {
                "s" => new StringValue(_call.Interpreter.ToText(value)),
                "r" => new StringValue(ValuePrinter.Repr(value, _call.Budget)),
                "a" => new StringValue(PythonCharacters.EscapeBeyondAscii(ValuePrinter.Repr(value, _call.Budget))),
                var conversion => throw new TemplateException($"the conversion '!{conversion}' of a format is unknown."),
            };
        }

        var text = FormatSpecification.Parse(specification).Apply(value, _call.Budget);
        return _call[0] is StringValue { IsMarkup: true } && value is not StringValue { IsMarkup: true } ? Html.Escape(text, _call.Budget) : text;
    }

    private TemplateValue Lookup(string path)
    {
        var end = path.AsSpan().IndexOfAny('.', '[');
        end = end < 0 ? path.Length : end;
        var value = Argument(path[..end]);
        while (end < path.Length)
        {
            var isItem = path[end] == '[';
            var start = end + 1;
            var next = isItem ? path.IndexOf(']', start) : path.AsSpan(start).IndexOfAny('.', '[') + start;
            next = next < start ? (isItem ? throw new TemplateException("a '[' in a format has no ']'.") : path.Length) : next;
            var name = path[start..next];
            value = !isItem ? _call.Interpreter.Attribute(value, new StringValue(name))
                : int.TryParse(name, out var index) ? _call.Interpreter.Item(value, new IntegerValue(index))
                : _call.Interpreter.Item(value, new StringValue(name));
            end = isItem ? next + 1 : next;
        }

        return value;
    }

    private TemplateValue Argument(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
        {
            var isManual = name.Length > 0;
            if (isManual != _isManual && (_isManual || _automatic > 0))
            {
                throw new TemplateException("a format cannot mix numbered and automatic fields.");
            }

            _isManual = isManual;
            var index = !isManual ? _automatic++ : int.TryParse(name, out var number) ? number : int.MaxValue;
            return index < _call.ExtraPositional.Length
                ? _call.ExtraPositional[index]
                : throw new TemplateException($"the format needs argument {index}, but there are only {_call.ExtraPositional.Length}.");
        }

        return _call.ExtraNamed.FirstOrDefault(argument => argument.Key == name).Value
            ?? throw new TemplateException($"the format names '{name}', which is not an argument.");
    }
}
