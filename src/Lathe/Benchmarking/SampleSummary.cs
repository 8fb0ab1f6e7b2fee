namespace Lathe.Benchmarking;

/// <summary>Mean and spread of repeated measurements.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Sample standard deviation (n - 1); 0 for a single measurement.</param>
public readonly record struct SampleSummary(int Count, double Mean, double Deviation)
{
    /// <exception cref="ArgumentException">There are no samples.</exception>
    public static SampleSummary Of(IReadOnlyList<double> samples)
    {
        if (samples.Count == 0)
        {
            throw new ArgumentException("nothing was measured", nameof(samples));
        }

        var mean = samples.Average();
        var squares = samples.Sum(sample => (sample - mean) * (sample - mean));
        return new SampleSummary(samples.Count, mean, samples.Count < 2 ? 0 : Math.Sqrt(squares / (samples.Count - 1)));
    }
}
