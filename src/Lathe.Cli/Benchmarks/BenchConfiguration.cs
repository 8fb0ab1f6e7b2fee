using Lathe.Engine.Inference;

namespace Lathe.Cli.Benchmarks;

/// <summary>How a model is run for its tests; of lists of these settings every combination is run.</summary>
/// <param name="Batch">Prompt tokens that are submitted together.</param>
/// <param name="Ubatch">Prompt tokens that one forward pass computes; no more than <paramref name="Batch"/>.</param>
/// <param name="Kv">How the KV cache stores values.</param>
/// <param name="Threads">Threads that compute.</param>
internal sealed record BenchConfiguration(int Batch, int Ubatch, KvElementType Kv, int Threads)
{
    public string KvName => Kv.ToString().ToLowerInvariant();
}
