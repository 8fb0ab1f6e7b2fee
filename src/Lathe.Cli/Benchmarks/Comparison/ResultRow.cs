using Lathe.Benchmarking;

namespace Lathe.Cli.Benchmarks.Comparison;

/// <summary>One result of a file.</summary>
/// <param name="ModelType">What the model is called.</param>
/// <param name="FileName">Its file, without folders.</param>
/// <param name="ModelBytes">Bytes of its tensors.</param>
/// <param name="Parameters">Elements of its tensors.</param>
/// <param name="Test">What was timed.</param>
/// <param name="Settings">How it was run, by column; what the file does not tell is missing.</param>
/// <param name="TokensPerSecond">The repetitions, or only their mean if that is all the file has.</param>
internal sealed record ResultRow(
    string ModelType, string FileName, long ModelBytes, long Parameters, BenchmarkTest Test, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<double> TokensPerSecond);
