namespace Lathe.Benchmarking;

/// <summary>What a test measured.</summary>
/// <param name="Test">The test.</param>
/// <param name="Samples">Each repetition, in order.</param>
/// <param name="MultiplyAdds">Multiply-adds of the matrix products in one repetition.</param>
/// <param name="ReadBytes">Bytes of weights and KV cache that one repetition must read: per batch for a prompt, per token for a generation.</param>
public sealed record BenchmarkResult(BenchmarkTest Test, IReadOnlyList<BenchmarkSample> Samples, double MultiplyAdds, double ReadBytes)
{
    /// <summary>Seconds of each repetition.</summary>
    public IReadOnlyList<double> Seconds => [.. Samples.Select(sample => sample.Seconds)];

    /// <summary>Tokens per second of each repetition.</summary>
    public IReadOnlyList<double> TokensPerSecond => [.. Samples.Select(sample => (Test.PromptTokens + Test.GeneratedTokens) / sample.Seconds)];

    /// <summary>Mean and spread of the rates in tokens per second: the mean of rates, not the rate of the mean time.</summary>
    public SampleSummary Rate => SampleSummary.Of(TokensPerSecond);

    /// <summary>Mean and spread of the times in seconds.</summary>
    public SampleSummary Time => SampleSummary.Of(Seconds);

    /// <summary>Mean and spread of the seconds to the first token.</summary>
    public SampleSummary FirstToken => SampleSummary.Of([.. Samples.Select(sample => sample.FirstTokenSeconds)]);

    /// <summary>Managed bytes that all repetitions allocated together.</summary>
    public long AllocatedBytes => Samples.Sum(sample => sample.AllocatedBytes);

    /// <summary>Multiply-adds per second, mean of the repetitions.</summary>
    public double MultiplyAddsPerSecond => Samples.Average(sample => MultiplyAdds / sample.Seconds);

    /// <summary>Bytes per second that were read at least, mean of the repetitions.</summary>
    public double BytesPerSecond => Samples.Average(sample => ReadBytes / sample.Seconds);
}
