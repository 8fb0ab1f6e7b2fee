namespace Lathe.Cli.Benchmarks;

/// <summary>The times of one test.</summary>
/// <param name="Test">What was timed.</param>
/// <param name="Started">When.</param>
/// <param name="Nanoseconds">One time per repetition.</param>
internal sealed record BenchResult(BenchTest Test, DateTimeOffset Started, IReadOnlyList<long> Nanoseconds)
{
    /// <summary>Tokens per second of each repetition.</summary>
    public IReadOnlyList<double> Rates { get; } = [.. Nanoseconds.Select(time => 1e9 * Test.TimedTokens / time)];

    public double MeanNanoseconds => Nanoseconds.Average();

    public double NanosecondsDeviation => Deviation([.. Nanoseconds.Select(time => (double)time)]);

    /// <summary>Mean of the rates, which is not the rate of the mean time.</summary>
    public double MeanRate => Rates.Average();

    public double RateDeviation => Deviation(Rates);

    /// <summary>Sample standard deviation (n - 1); 0 for a single sample.</summary>
    private static double Deviation(IReadOnlyList<double> samples)
    {
        var mean = samples.Average();
        return samples.Count < 2 ? 0 : Math.Sqrt(samples.Sum(sample => (sample - mean) * (sample - mean)) / (samples.Count - 1));
    }
}
