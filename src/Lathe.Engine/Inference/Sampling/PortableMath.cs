using System.Runtime.Intrinsics;

namespace Lathe.Engine.Inference.Sampling;

/// <summary>Exponential and logarithm from IEEE additions and multiplications alone. The platform's own differ in the last bit between
/// C libraries and instruction sets, and one bit is enough for a seed to draw another token.</summary>
internal static class PortableMath
{
    /// <summary>Arguments below give 0: the result would leave the range of normal numbers.</summary>
    private const double Smallest = -708;

    private const double Log2E = 1.4426950408889634;

    // ln 2 in two parts; the first has few enough bits that its product with any exponent is exact.
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;

    /// <summary>Adding it rounds a small number to an integer and leaves that integer in the low bits.</summary>
    private const double RoundingShift = 6755399441055744.0;

    /// <summary>1/12!, 1/11!, ... 1/0!: the Taylor series, which on [-ln 2 / 2, ln 2 / 2] is within 2⁻⁵² of the exponential.</summary>
    private static ReadOnlySpan<double> Coefficients =>
    [
        1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1,
    ];

    /// <summary>e^x for x at most 0; 0 for NaN and for what would be below 1e-307.</summary>
    public static double Exp(double x) => Exp(Vector256.Create(x)).ToScalar();

    /// <inheritdoc cref="Exp(double)"/>
    public static Vector256<double> Exp(Vector256<double> x)
    {
        var shifted = (x * Log2E) + Vector256.Create(RoundingShift);
        var exponent = shifted - Vector256.Create(RoundingShift);
        var r = x - (exponent * Ln2High) - (exponent * Ln2Low);
        var sum = Vector256.Create(Coefficients[0]);
        for (var i = 1; i < Coefficients.Length; i++)
        {
            sum = (sum * r) + Vector256.Create(Coefficients[i]);
        }

        var power = ((shifted.AsInt64() + Vector256.Create(1023L)) << 52).AsDouble();
        return Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(x, Vector256.Create(Smallest)), sum * power, Vector256<double>.Zero);
    }

    /// <summary>The smallest x at most 0 whose <see cref="Exp(double)"/> reaches <paramref name="value"/>, which is at most 1;
    /// negative infinity for 0.</summary>
    public static double Log(double value)
    {
        if (value <= 0)
        {
            return double.NegativeInfinity;
        }

        var (low, high) = (Smallest, 0.0);
        while (true)
        {
            var middle = (low + high) / 2;
            if (middle <= low || middle >= high)
            {
                return high;
            }

            if (Exp(middle) >= value)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }
    }
}
