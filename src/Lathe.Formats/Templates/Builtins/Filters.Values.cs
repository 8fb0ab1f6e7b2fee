using System.Globalization;

namespace Lathe.Formats.Templates;

/// <summary>Filters on single values and numbers.</summary>
internal static partial class Filters
{
    // Reading the digits of a long integer takes quadratic time, which charging each as a step keeps in bounds.
    private const long DigitWork = 64;

    private static TemplateValue Absolute(Invocation call) => call[0] switch
    {
        FloatValue number => new FloatValue(Math.Abs(number.Value)),
        UndefinedValue undefined => throw undefined.Error(),
        var value when Numbers.TryInteger(value, out var integer) => new IntegerValue(System.Numerics.BigInteger.Abs(integer)),
        var value => throw new TemplateException($"'abs' needs a number, not a value of type '{value.TypeName}'."),
    };

    private static TemplateValue Attr(Invocation call)
    {
        var name = new StringValue(call.ToText(1));
        return call[0] is UndefinedValue undefined
            ? throw undefined.Error()
            : call[0].GetAttribute(name.Text) ?? new UndefinedValue(call[0], name);
    }

    private static TemplateValue Default(Invocation call)
    {
        var isMissing = call[0] is UndefinedValue || (call.Flag(2, otherwise: false) && !call[0].IsTruthy);
        return isMissing ? (call.IsGiven(1) ? call[1] : StringValue.Empty) : call[0];
    }

    private static StringValue ToText(Invocation call) => call[0] as StringValue ?? new StringValue(call.ToText(0));

    private static TemplateValue ToInteger(Invocation call)
    {
        var otherwise = call.IsGiven(1) ? call[1] : 0L;
        call.Budget.Work(call[0] is StringValue digits ? digits.Text.Length * DigitWork : 0);
        switch (call[0])
        {
            case UndefinedValue undefined:
                throw undefined.Error();
            case StringValue text when IntegerText.TryParsePython(
                StringMethods.Strip(text.Text, null, start: true, end: true),
                call.Integer(2, 10),
                call.Budget.Limits.MaxIntegerBits,
                out var integer):
                return new IntegerValue(integer);
            case StringValue text:
                return !TryParseFloat(text.Text, out var number) || double.IsNaN(number) ? otherwise
                    : double.IsFinite(number) ? new IntegerValue(new(number))
                    : throw new TemplateException("infinity has no integer.");
            case FloatValue { Value: var value } when !double.IsFinite(value):
                return otherwise;
            case var value when Numbers.IsNumber(value):
                return new IntegerValue(Numbers.ToInteger(value));
            default:
                return otherwise;
        }
    }

    private static TemplateValue ToFloat(Invocation call)
    {
        var otherwise = call.IsGiven(1) ? call[1] : 0.0;
        return call[0] switch
        {
            UndefinedValue undefined => throw undefined.Error(),
            StringValue text => TryParseFloat(text.Text, out var number) ? new FloatValue(number) : otherwise,
            var value when Numbers.IsNumber(value) => new FloatValue(Numbers.ToDouble(value)),
            _ => otherwise,
        };
    }

    private static bool TryParseFloat(string text, out double value)
    {
        text = StringMethods.Strip(text, null, start: true, end: true).ToLowerInvariant();
        var special = text.TrimStart('+', '-') switch
        {
            "inf" or "infinity" => double.PositiveInfinity,
            "nan" => double.NaN,
            _ => 0,
        };
        if (special != 0)
        {
            value = text.StartsWith('-') ? -special : special;
            return text.Length - text.TrimStart('+', '-').Length < 2;
        }

        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        value = 0;
        return double.TryParse(text, Styles, CultureInfo.InvariantCulture, out value);
    }

    private static TemplateValue Round(Invocation call)
    {
        var precision = call.Integer(1, 0);
        var method = call.Text(2, "common");
        if (call[0] is UndefinedValue undefined)
        {
            throw undefined.Error();
        }

        if (!Numbers.IsNumber(call[0]))
        {
            throw new TemplateException($"'round' needs a number, not a value of type '{call[0].TypeName}'.");
        }

        call.Budget.Work(FloatText.ExactWork);
        if (method == "common")
        {
            return call[0] is FloatValue number ? new FloatValue(FloatText.Round(number.Value, precision)) : RoundInteger(call, precision);
        }

        var scale = Math.Pow(10, precision);
        var scaled = Numbers.ToDouble(call[0]) * scale;
        return method switch
        {
            "ceil" => new FloatValue(Math.Ceiling(scaled) / scale),
            "floor" => new FloatValue(Math.Floor(scaled) / scale),
            _ => throw new TemplateException($"'round' knows the methods common, ceil and floor, not '{method}'."),
        };
    }

    private static IntegerValue RoundInteger(Invocation call, int precision)
    {
        var value = Numbers.ToInteger(call[0]);
        if (precision >= 0)
        {
            return new IntegerValue(value);
        }

        if (-precision > call.Budget.Limits.MaxIntegerBits / 3)
        {
            return new IntegerValue(0);
        }

        var unit = System.Numerics.BigInteger.Pow(10, -precision);
        var quotient = System.Numerics.BigInteger.DivRem(System.Numerics.BigInteger.Abs(value), unit, out var remainder);
        var half = (remainder * 2).CompareTo(unit);
        quotient += half > 0 || (half == 0 && !quotient.IsEven) ? 1 : 0;
        return new IntegerValue(quotient * unit * value.Sign);
    }

    private static TemplateValue FileSize(Invocation call)
    {
        var isBinary = call.Flag(1, otherwise: false);
        var unit = isBinary ? 1024.0 : 1000.0;
        var bytes = call[0] switch
        {
            StringValue text when TryParseFloat(text.Text, out var number) => number,
            var value when Numbers.IsNumber(value) => Numbers.ToDouble(value),
            var value => throw new TemplateException($"'filesizeformat' needs a number, not a value of type '{value.TypeName}'."),
        };
        if (bytes == 1)
        {
            return "1 Byte";
        }

        if (bytes < unit)
        {
            return $"{FloatText.Fixed(Math.Truncate(bytes), 0)} Bytes";
        }

        string[] prefixes = isBinary
            ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
            : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        var index = 0;
        for (bytes /= unit; bytes >= unit && index < prefixes.Length - 1; bytes /= unit)
        {
            index++;
        }

        return $"{FloatText.Fixed(bytes, 1)} {prefixes[index]}";
    }

    private static StringValue ToJson(Invocation call)
    {
        var indent = call[2] switch
        {
            NoneValue => null,
            StringValue text => text.Text,
            _ => new string(' ', Math.Clamp(call.Integer(2), 0, call.Budget.Limits.MaxNesting)),
        };
        var separators = call.Has(3) ? call.Items(3).ToArray() : [new StringValue(indent is null ? ", " : ","), new StringValue(": ")];
        if (separators is not [StringValue item, StringValue key])
        {
            throw new TemplateException("the separators of 'tojson' are two strings.");
        }

        var printer = new JsonPrinter(call.Budget)
        {
            EnsuresAscii = call.Flag(1, otherwise: false),
            Indent = indent,
            ItemSeparator = item.Text,
            KeySeparator = key.Text,
            SortsKeys = call.Flag(4, otherwise: false),
        };
        return new StringValue(printer.Print(call[0]));
    }
}
