using System.Globalization;
using System.Numerics;

namespace Lathe.Formats.Templates;

/// <summary>Floats as Python writes them.</summary>
internal static class FloatText
{
    /// <summary>What exact arithmetic on a float costs, in characters.</summary>
    public const long ExactWork = 4096;

    /// <summary>The shortest text that reads back as the same float; an exponent from 1e16 up and below 1e-4.</summary>
    public static string Repr(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var sign = double.IsNegative(value) ? "-" : "";
        var (digits, exponent) = Decompose(Math.Abs(value));
        if (exponent is < -4 or >= 16)
        {
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{sign}{digits[0]}{fraction}e{Exponent(exponent)}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        return digits.Length <= exponent + 1
            ? $"{sign}{digits}{new string('0', exponent + 1 - digits.Length)}.0"
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>A sign and at least two digits, as in 1e-05.</summary>
    public static string Exponent(int exponent) => $"{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";

    /// <summary>The value with this many decimals, rounded half to even on its exact binary value.</summary>
    public static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value))
        {
            return Repr(value);
        }

        var digits = BigInteger.Abs(RoundScaled(value, decimals)).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var sign = double.IsNegative(value) ? "-" : "";
        return decimals == 0 ? sign + digits : $"{sign}{digits[..^decimals]}.{digits[^decimals..]}";
    }

    /// <summary>One digit, the decimals, and an exponent.</summary>
    public static string Scientific(double magnitude, int decimals)
    {
        var text = magnitude.ToString($"E{decimals}", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E');
        return mark < 0 ? Repr(magnitude) : text[..mark] + "e" + Exponent(int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    /// <summary>So many significant digits without trailing zeros, with an exponent where that is shorter.</summary>
    public static string General(double magnitude, int digits, bool keepsPoint)
    {
        var scientific = Scientific(magnitude, digits - 1);
        var mark = scientific.IndexOf('e');
        if (mark < 0)
        {
            return scientific;
        }

        var exponent = int.Parse(scientific.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent < -4 || exponent >= digits - (keepsPoint ? 1 : 0))
        {
            return TrimZeros(scientific[..mark]) + scientific[mark..];
        }

        var text = TrimZeros(Fixed(magnitude, digits - 1 - exponent));
        return keepsPoint && !text.Contains('.') ? text + ".0" : text;
    }

    private static string TrimZeros(string text) => text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;

    /// <summary>Python's <c>round(value, decimals)</c>; decimals may be negative.</summary>
    public static double Round(double value, int decimals)
    {
        // 17 digits behind the point of the smallest digit that a float has (2^-1074) nothing is left to round.
        if (!double.IsFinite(value) || decimals > 340)
        {
            return value;
        }

        return decimals < -310
            ? Math.CopySign(0, value)
            : Math.CopySign(double.Parse($"{RoundScaled(value, decimals)}e{-decimals}", CultureInfo.InvariantCulture), value);
    }

    /// <summary>The exact value times ten to the decimals, rounded half to even.</summary>
    private static BigInteger RoundScaled(double value, int decimals)
    {
        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        var exponent = (int)(bits >> 52);
        var mantissa = bits & ((1L << 52) - 1);
        var numerator = new BigInteger(exponent == 0 ? mantissa : mantissa | (1L << 52));
        var shift = Math.Max(exponent, 1) - 1075;
        var denominator = BigInteger.One;
        if (shift >= 0)
        {
            numerator <<= shift;
        }
        else
        {
            denominator <<= -shift;
        }

        if (decimals >= 0)
        {
            numerator *= BigInteger.Pow(10, decimals);
        }
        else
        {
            denominator *= BigInteger.Pow(10, -decimals);
        }

        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        var half = (remainder * 2).CompareTo(denominator);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    /// <summary>The digits of the shortest text without outer zeros, and the power of ten of the first of them.</summary>
    private static (string Digits, int Exponent) Decompose(double magnitude)
    {
        var shortest = magnitude.ToString("R", CultureInfo.InvariantCulture);
        var mark = shortest.IndexOf('E');
        var mantissa = mark < 0 ? shortest : shortest[..mark];
        var exponent = mark < 0 ? 0 : int.Parse(shortest.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.');
        var allDigits = mantissa.Replace(".", "");
        var digits = allDigits.TrimStart('0');
        exponent += (point < 0 ? mantissa.Length : point) - 1 - (allDigits.Length - digits.Length);
        return digits.Length == 0 ? ("0", 0) : (digits.TrimEnd('0'), exponent);
    }
}
