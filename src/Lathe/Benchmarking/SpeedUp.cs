namespace Lathe.Benchmarking;

/// <summary>How much faster one series of rates is than another, and how sure that is.</summary>
/// <param name="Ratio">Mean of the compared rates over the mean of the baseline's.</param>
/// <param name="Low">Lower end of the 95 % confidence interval; 0 if a side has a single sample and nothing can be said.</param>
/// <param name="High">Upper end; infinite if nothing can be said.</param>
public readonly record struct SpeedUp(double Ratio, double Low, double High)
{
    private const double Confidence = 0.95;

    /// <summary>True if the interval holds 1: the samples do not tell a difference.</summary>
    public bool IsNoise => Low <= 1 && High >= 1;

    /// <summary>Welch's interval on the logarithm of the ratio: each side has a spread of its own, and a ratio cannot fall below 0.</summary>
    /// <param name="baseline">Rates, all above 0.</param>
    /// <param name="compared">Rates, all above 0.</param>
    public static SpeedUp Of(IReadOnlyList<double> baseline, IReadOnlyList<double> compared)
    {
        var (a, b) = (SampleSummary.Of(baseline), SampleSummary.Of(compared));
        var ratio = b.Mean / a.Mean;
        if (a.Count < 2 || b.Count < 2)
        {
            return new SpeedUp(ratio, 0, double.PositiveInfinity);
        }

        var (u, v) = (VarianceOfLog(a), VarianceOfLog(b));
        if (u + v == 0)
        {
            return new SpeedUp(ratio, ratio, ratio);
        }

        // Welch-Satterthwaite degrees of freedom.
        var freedom = (u + v) * (u + v) / ((u * u / (a.Count - 1)) + (v * v / (b.Count - 1)));
        var reach = Math.Exp(StudentT.Quantile((1 + Confidence) / 2, freedom) * Math.Sqrt(u + v));
        return new SpeedUp(ratio, ratio / reach, ratio * reach);
    }

    /// <summary>Of the logarithm of a mean, to first order: (s / m)² / n.</summary>
    private static double VarianceOfLog(SampleSummary side) => side.Deviation / side.Mean * (side.Deviation / side.Mean) / side.Count;
}
