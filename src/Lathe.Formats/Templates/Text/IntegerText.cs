using System.Globalization;
using System.Numerics;

namespace Lathe.Formats.Templates;

/// <summary>Integers as text, in the radices of Python's literals.</summary>
internal static class IntegerText
{
    /// <summary>The radix that a literal's prefix letter stands for; d is a decimal without a prefix.</summary>
    public static int Radix(char letter) => letter switch
    {
        'x' => 16,
        'o' => 8,
        'b' => 2,
        'd' => 10,
        _ => throw new InvalidOperationException($"'{letter}' does not stand for a radix."),
    };

    /// <summary>Parses digits without sign and prefix; false if there are none, others, or too many.</summary>
    public static bool TryParse(ReadOnlySpan<char> digits, int radix, int maxBits, out BigInteger value)
    {
        value = BigInteger.Zero;
        if (digits.Length == 0 || digits.Length > maxBits)
        {
            return false;
        }

        if (radix == 10)
        {
            return !digits.ContainsAnyExceptInRange('0', '9')
                && BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value)
                && value.GetBitLength() <= maxBits;
        }

        foreach (var digit in digits)
        {
            var number = char.IsAsciiDigit(digit) ? digit - '0' : char.IsAsciiLetter(digit) ? (digit | 0x20) - 'a' + 10 : radix;
            if (number >= radix)
            {
                return false;
            }

            value = (value * radix) + number;
        }

        return value.GetBitLength() <= maxBits;
    }

    /// <summary>Python's <c>int(text, base)</c>: white space, a sign, a prefix and single underscores between digits may be there.</summary>
    public static bool TryParsePython(string text, int radix, int maxBits, out BigInteger value)
    {
        var digits = text.AsSpan().Trim();
        var isNegative = digits.StartsWith("-");
        digits = isNegative || digits.StartsWith("+") ? digits[1..] : digits;
        var prefix = digits.Length > 2 && digits[0] == '0' ? char.ToLowerInvariant(digits[1]) : 'd';
        if (prefix is 'x' or 'o' or 'b' && (radix == 0 || radix == Radix(prefix)))
        {
            radix = Radix(prefix);
            digits = digits[2] == '_' ? digits[3..] : digits[2..];
        }

        value = default;
        if (digits.StartsWith("_") || digits.EndsWith("_") || digits.Contains("__", StringComparison.Ordinal))
        {
            return false;
        }

        var isParsed = TryParse(digits.ToString().Replace("_", ""), radix == 0 ? 10 : radix, maxBits, out value);
        value = isNegative ? -value : value;
        return isParsed;
    }

    public static string ToText(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);
}
