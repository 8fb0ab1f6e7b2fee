using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;

namespace Lathe.Benchmarking;

/// <summary>What one repetition of a test must compute and read at least: the numerators of the roofline shares.</summary>
internal sealed class TestCost
{
    private readonly GraphCost _cost;
    private readonly double _layerBytesPerToken;
    private readonly IReadOnlyList<(int Window, int Layers)> _windows;

    public TestCost(ModelRuntime runtime)
    {
        var graph = runtime.Model.Graph;
        _cost = GraphCost.Of(graph);
        _layerBytesPerToken = runtime.Pool.Storage.Layout.LayerBytes / (double)KvLayout.PageTokens;
        _windows = [.. graph.Nodes.OfType<AttentionNode>().GroupBy(node => node.Attention.Window ?? int.MaxValue).Select(group => (group.Key, group.Count()))];
    }

    /// <summary>Multiply-adds of the matrix products.</summary>
    public double MultiplyAdds(BenchmarkTest test) =>
        (_cost.MultiplyAddsPerToken * (test.PromptTokens + test.GeneratedTokens))
        + (_cost.MultiplyAddsPerOutput * (test.GeneratedTokens + (test.PromptTokens > 0 ? 1 : 0)));

    /// <summary>Bytes of weights, once per batch, and of the cache that the single tokens see. A prompt's own pass over the cache is left out: its
    /// tokens share what they read, so it is bound by arithmetic.</summary>
    /// <param name="promptBatches">Batches that the prompt runs in.</param>
    public double ReadBytes(BenchmarkTest test, int promptBatches)
    {
        var bytes = _cost.WeightBytes * (promptBatches + test.GeneratedTokens);
        for (var i = 0; i < test.GeneratedTokens; i++)
        {
            var visible = test.Depth + test.PromptTokens + i + 1;
            foreach (var (window, layers) in _windows)
            {
                bytes += _layerBytesPerToken * layers * Math.Min(visible, window);
            }
        }

        return bytes;
    }
}
