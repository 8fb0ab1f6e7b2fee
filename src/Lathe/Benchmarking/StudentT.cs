namespace Lathe.Benchmarking;

/// <summary>Student's t distribution, as far as confidence intervals need it.</summary>
public static class StudentT
{
    private const int MostTerms = 500;
    private const double Tiny = 1e-300;

    /// <summary>The t that a share <paramref name="probability"/> of the distribution lies below.</summary>
    /// <param name="probability">Between 0.5 and 1.</param>
    /// <param name="degreesOfFreedom">Above 0; need not be whole.</param>
    public static double Quantile(double probability, double degreesOfFreedom)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(probability, 0.5);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(probability, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(degreesOfFreedom);
        double low = 0, high = 1;
        while (Below(high, degreesOfFreedom) < probability)
        {
            high *= 2;
        }

        for (var i = 0; i < 200 && high - low > 1e-12 * high; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Below(middle, degreesOfFreedom) < probability ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <summary>P(T &lt; t) for t ≥ 0: 1 - I(ν/(ν+t²); ν/2, 1/2) / 2, with I the regularised incomplete beta function.</summary>
    private static double Below(double t, double degreesOfFreedom) =>
        1 - (RegularizedBeta(degreesOfFreedom / (degreesOfFreedom + (t * t)), degreesOfFreedom / 2, 0.5) / 2);

    private static double RegularizedBeta(double x, double a, double b)
    {
        if (x is <= 0 or >= 1)
        {
            return x <= 0 ? 0 : 1;
        }

        // The continued fraction converges fast below the mean only; above it the symmetric form does.
        if (x > (a + 1) / (a + b + 2))
        {
            return 1 - RegularizedBeta(1 - x, b, a);
        }

        var factor = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * Math.Log(1 - x)));
        return factor / a / Fraction(x, a, b);
    }

    /// <summary>The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), evaluated by Lentz's method.</summary>
    private static double Fraction(double x, double a, double b)
    {
        double value = 1, numerator = 1, denominator = 0;
        for (var i = 1; i <= MostTerms; i++)
        {
            var m = i / 2;
            var term = i % 2 == 0
                ? m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)))
                : -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            denominator = 1 / NotZero(1 + (term * denominator));
            numerator = NotZero(1 + (term / numerator));
            value *= numerator * denominator;
            if (Math.Abs(1 - (numerator * denominator)) < 1e-15)
            {
                break;
            }
        }

        return value;
    }

    private static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;

    /// <summary>Stirling's series, after the recurrence has brought the argument to where it is exact to rounding.</summary>
    private static double LogGamma(double x)
    {
        var shift = 0.0;
        for (; x < 15; x++)
        {
            shift -= Math.Log(x);
        }

        var inverse = 1 / x;
        var square = inverse * inverse;
        var series = inverse * ((1 / 12.0) - (square * ((1 / 360.0) - (square * ((1 / 1260.0) - (square / 1680.0))))));
        return shift + ((x - 0.5) * Math.Log(x)) - x + (Math.Log(2 * Math.PI) / 2) + series;
    }
}
