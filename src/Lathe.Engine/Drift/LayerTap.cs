using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Engine.Drift;

/// <summary>Keeps the residual stream behind each layer for the last row of the last batch.</summary>
public sealed class LayerTap : GraphProbe
{
    private readonly SortedDictionary<int, float[]> _layers = [];

    public override ProbeRequest RequestFor(GraphNode node, Route route, bool isLastOfLayer) => isLastOfLayer ? ProbeRequest.Output : ProbeRequest.Nothing;

    public override void Show(GraphNode node, Route route, int row, ReadOnlySpan<float> output, ReadOnlySpan<float> reference)
    {
        // Rows come in order: the last one stays.
        if (!_layers.TryGetValue(node.Layer, out var kept))
        {
            _layers.Add(node.Layer, kept = new float[output.Length]);
        }

        output.CopyTo(kept);
    }

    /// <summary>A copy of what is kept, by layer.</summary>
    public IReadOnlyList<float[]> Take() => [.. _layers.Values.Select(values => (float[])values.Clone())];
}
