using System.Globalization;
using System.Numerics;

namespace Lathe.Formats.Templates;

/// <summary>
/// How one value is written by <c>%</c> or <c>str.format</c>: <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.
/// </summary>
internal sealed record FormatSpecification
{
    private const int MaxPrecision = 400;

    public string Fill { get; init; } = " ";

    /// <summary>One of &lt; &gt; ^ =, or nothing for what suits the type.</summary>
    public char Align { get; init; }

    /// <summary>What stands before numbers that are not negative: + or a space, or nothing.</summary>
    public char Sign { get; init; }

    public bool HasPrefix { get; init; }

    public int Width { get; init; }

    /// <summary>The separator of thousands, or nothing.</summary>
    public char Grouping { get; init; }

    public int? Precision { get; init; }

    /// <summary>The type letter, or nothing.</summary>
    public char Type { get; init; }

    public static FormatSpecification Parse(string text)
    {
        var position = 0;
        var fill = " ";
        var align = '\0';
        if (text.Length > 0 && CodePoints.UnitIndex(text, 0, 1) is var second && second < text.Length && text[second] is '<' or '>' or '^' or '=')
        {
            fill = text[..second];
            align = text[second];
            position = second + 1;
        }
        else if (text.Length > 0 && text[0] is '<' or '>' or '^' or '=')
        {
            align = text[position++];
        }

        char Take(string accepted) => position < text.Length && accepted.Contains(text[position]) ? text[position++] : '\0';

        var sign = Take("+- ");
        var hasPrefix = Take("#") != '\0';
        if (Take("0") != '\0' && align == '\0')
        {
            fill = "0";
            align = '=';
        }

        var width = TakeNumber(text, ref position) ?? 0;
        var grouping = Take(",_");
        int? precision = Take(".") != '\0' ? TakeNumber(text, ref position) ?? throw Malformed(text) : null;
        var type = position < text.Length ? text[position++] : '\0';
        if (position < text.Length)
        {
            throw Malformed(text);
        }

        return new FormatSpecification
        {
            Fill = fill,
            Align = align,
            Sign = sign == '-' ? '\0' : sign,
            HasPrefix = hasPrefix,
            Width = width,
            Grouping = grouping,
            Precision = precision,
            Type = type,
        };
    }

    public string Apply(TemplateValue value, RenderBudget budget) => value switch
    {
        StringValue when Type is 's' or '\0' => Text(((StringValue)value).Text, budget),
        FloatValue number => Number(double.IsNegative(number.Value), FloatDigits(Math.Abs(number.Value), budget), "", budget),
        BooleanValue when Type == '\0' => Text(value.IsTruthy ? "True" : "False", budget),
        _ when Numbers.TryInteger(value, out var integer) => Integer(integer, budget),
        _ when this == new FormatSpecification() => ValuePrinter.ToText(value, budget),
        _ => throw new TemplateException($"the format type '{Type}' does not fit a value of type '{value.TypeName}'."),
    };

    public string Text(string text, RenderBudget budget)
    {
        if (Align == '=' && Fill == "0")
        {
            return (this with { Align = '<' }).Text(text, budget);
        }

        var length = CodePoints.Count(text);
        text = Precision < length ? CodePoints.Slice(text, 0, Precision.Value) : text;
        return Pad("", text, Align == '\0' ? '<' : Align, budget);
    }

    private string Integer(BigInteger value, RenderBudget budget)
    {
        var magnitude = BigInteger.Abs(value);
        var (digits, prefix) = Type switch
        {
            '\0' or 'd' or 'n' => (IntegerText.ToText(magnitude), ""),
            'x' => (Hexadecimal(magnitude), "0x"),
            'X' => (Hexadecimal(magnitude).ToUpperInvariant(), "0X"),
            'o' => (Radix(magnitude, 3), "0o"),
            'b' => (Radix(magnitude, 1), "0b"),
            'c' => (Character(value), ""),
            'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%' => (FloatDigits(Numbers.ToDouble(new IntegerValue(magnitude)), budget), ""),
            _ => throw new TemplateException($"the format type '{Type}' does not fit an integer."),
        };
        return Number(value.Sign < 0, digits, HasPrefix ? prefix : "", budget);
    }

    private string Number(bool isNegative, string digits, string prefix, RenderBudget budget)
    {
        var sign = isNegative ? "-" : Sign == '\0' ? "" : Sign.ToString();
        return Pad(sign + prefix, Grouping == '\0' ? digits : Grouped(digits), Align == '\0' ? '>' : Align, budget);
    }

    private string Pad(string head, string body, char align, RenderBudget budget)
    {
        var missing = Width - head.Length - CodePoints.Count(body);
        if (missing <= 0)
        {
            return head + body;
        }

        budget.Allocate((long)missing * Fill.Length);
        string Filling(int count) => Fill.Length == 1 ? new string(Fill[0], count) : string.Concat(Enumerable.Repeat(Fill, count));
        return align switch
        {
            '<' => head + body + Filling(missing),
            '>' => Filling(missing) + head + body,
            '^' => Filling(missing / 2) + head + body + Filling(missing - (missing / 2)),
            '=' => head + Filling(missing) + body,
            _ => throw new InvalidOperationException($"'{align}' is not an alignment."),
        };
    }

    private string FloatDigits(double magnitude, RenderBudget budget)
    {
        budget.Work(FloatText.ExactWork);
        var text = Type switch
        {
            '\0' when Precision is null => FloatText.Repr(magnitude),
            'f' or 'F' => FloatText.Fixed(magnitude, Digits()),
            '%' => FloatText.Fixed(magnitude * 100, Digits()) + "%",
            'e' or 'E' => FloatText.Scientific(magnitude, Digits()),
            'g' or 'G' or 'n' or '\0' => FloatText.General(magnitude, Math.Max(Digits(), 1), keepsPoint: Type == '\0'),
            _ => throw new TemplateException($"the format type '{Type}' does not fit a float."),
        };
        return char.IsAsciiLetterUpper(Type) ? text.ToUpperInvariant() : text;
    }

    private int Digits() => Precision is null or <= MaxPrecision
        ? Precision ?? 6
        : throw new TemplateException($"a precision of {Precision} digits is larger than the limit of {MaxPrecision}.");

    private string Grouped(string digits)
    {
        var end = digits.AsSpan().IndexOfAnyExceptInRange('0', '9');
        var result = end < 0 ? digits : digits[..end];
        for (var i = result.Length - 3; i > 0; i -= 3)
        {
            result = result.Insert(i, Grouping.ToString());
        }

        return end < 0 ? result : result + digits[end..];
    }

    private static string Hexadecimal(BigInteger magnitude)
    {
        var digits = magnitude.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return digits.Length == 0 ? "0" : digits;
    }

    private static string Radix(BigInteger magnitude, int bits)
    {
        var digits = "";
        do
        {
            digits = (char)('0' + (int)(magnitude & ((1 << bits) - 1))) + digits;
            magnitude >>= bits;
        }
        while (!magnitude.IsZero);
        return digits;
    }

    private static string Character(BigInteger code) => code >= 0 && code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF)
        ? char.ConvertFromUtf32((int)code)
        : throw new TemplateException($"{code} is not the code of a character.");

    private static int? TakeNumber(string text, ref int position)
    {
        var start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
        {
            position++;
        }

        return start == position ? null
            : int.TryParse(text.AsSpan(start, position - start), out var number) ? number
            : throw Malformed(text);
    }

    private static TemplateException Malformed(string text) => new($"the format specification '{text}' is malformed.");
}
