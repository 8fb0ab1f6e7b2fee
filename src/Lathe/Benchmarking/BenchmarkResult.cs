namespace Lathe.Benchmarking;

/// <summary>What a test measured.</summary>
/// <param name="Test">The test.</param>
/// <param name="Seconds">Time of each repetition.</param>
/// <param name="MultiplyAdds">Multiply-adds of the matrix products in one repetition.</param>
/// <param name="ReadBytes">Bytes of weights and KV cache that one repetition must read: per batch for a prompt, per token for a generation.</param>
/// <param name="AllocatedBytes">Managed bytes that the repetitions allocated, all together.</param>
public sealed record BenchmarkResult(BenchmarkTest Test, IReadOnlyList<double> Seconds, double MultiplyAdds, double ReadBytes, long AllocatedBytes)
{
    /// <summary>Tokens per second of each repetition.</summary>
    public IReadOnlyList<double> TokensPerSecond => [.. Seconds.Select(seconds => (Test.PromptTokens + Test.GeneratedTokens) / seconds)];

    /// <summary>Mean of the rates.</summary>
    public double Mean => TokensPerSecond.Average();

    /// <summary>Sample standard deviation of the rates; 0 for a single repetition.</summary>
    public double Deviation =>
        Seconds.Count < 2 ? 0 : Math.Sqrt(TokensPerSecond.Sum(rate => Math.Pow(rate - Mean, 2)) / (Seconds.Count - 1));

    /// <summary>Multiply-adds per second, mean of the repetitions.</summary>
    public double MultiplyAddsPerSecond => Seconds.Average(seconds => MultiplyAdds / seconds);

    /// <summary>Bytes per second that were read at least, mean of the repetitions.</summary>
    public double BytesPerSecond => Seconds.Average(seconds => ReadBytes / seconds);
}
