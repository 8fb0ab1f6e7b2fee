using System.Globalization;
using System.Numerics;

namespace Lathe.Formats.Templates;

/// <summary>Booleans, integers and floats as numbers; a boolean is the integer 0 or 1, as in Python.</summary>
internal static class Numbers
{
    public static bool IsNumber(TemplateValue value) => value is BooleanValue or IntegerValue or FloatValue;

    public static bool TryInteger(TemplateValue value, out BigInteger integer)
    {
        switch (value)
        {
            case IntegerValue number:
                integer = number.Value;
                return true;
            case BooleanValue boolean:
                integer = boolean.IsTruthy ? BigInteger.One : BigInteger.Zero;
                return true;
            default:
                integer = default;
                return false;
        }
    }

    /// <summary>The integer part of a number.</summary>
    public static BigInteger ToInteger(TemplateValue number)
    {
        if (TryInteger(number, out var integer))
        {
            return integer;
        }

        return number is FloatValue { Value: var value } && double.IsFinite(value)
            ? new BigInteger(value)
            : throw new TemplateException($"'{FloatText.Repr(ToDouble(number))}' cannot be converted to an integer.");
    }

    public static double ToDouble(TemplateValue number)
    {
        if (number is FloatValue value)
        {
            return value.Value;
        }

        if (!TryInteger(number, out var integer))
        {
            throw new TemplateException($"a number was expected, not '{number.TypeName}'.");
        }

        // The cast of a BigInteger truncates; the one of a long and the parser round to nearest.
        var result = integer >= long.MinValue && integer <= long.MaxValue
            ? (long)integer
            : double.Parse(integer.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return double.IsFinite(result) ? result : throw new TemplateException("the integer is too large to be converted to a float.");
    }

    public static bool AreEqual(TemplateValue left, TemplateValue right) => Compare(left, right) == 0;

    /// <summary>Negative, zero or positive; null when one of the two is not a number in the sense of IEEE.</summary>
    public static int? Compare(TemplateValue left, TemplateValue right)
    {
        var leftIsInteger = TryInteger(left, out var leftInteger);
        var rightIsInteger = TryInteger(right, out var rightInteger);
        if (leftIsInteger && rightIsInteger)
        {
            return leftInteger.CompareTo(rightInteger);
        }

        if (leftIsInteger)
        {
            return -CompareToInteger(((FloatValue)right).Value, leftInteger);
        }

        var value = ((FloatValue)left).Value;
        if (rightIsInteger)
        {
            return CompareToInteger(value, rightInteger);
        }

        var other = ((FloatValue)right).Value;
        return double.IsNaN(value) || double.IsNaN(other) ? null : value.CompareTo(other);
    }

    private static int? CompareToInteger(double value, BigInteger integer)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? null : double.Sign(value);
        }

        var floor = new BigInteger(Math.Floor(value));
        var order = floor.CompareTo(integer);
        return order == 0 && value > Math.Floor(value) ? 1 : order;
    }
}
