namespace Lathe.Benchmarking;

/// <summary>A test with and without the routes under test.</summary>
/// <param name="Test">The test.</param>
/// <param name="Without">What it measured with the routes switched off, or null if the test does not run them: then there is nothing to compare.</param>
/// <param name="With">What it measured with them, or null.</param>
/// <param name="Dispatched">The routes under test that ran, by id, with how often.</param>
public sealed record AblationResult(BenchmarkTest Test, BenchmarkResult? Without, BenchmarkResult? With, IReadOnlyDictionary<string, long> Dispatched)
{
    /// <summary>With over without, or null.</summary>
    public SpeedUp? SpeedUp => Without is null || With is null ? null : Benchmarking.SpeedUp.Of(Without.TokensPerSecond, With.TokensPerSecond);
}
