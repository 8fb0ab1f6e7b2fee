using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;

namespace Lathe.Engine.Inference;

/// <summary>Watches a graph while it runs. It is asked once per node when the graph is compiled and called after each run of the nodes it asked for,
/// on one thread at a time, in the order of the graph.</summary>
public abstract class GraphProbe
{
    /// <summary>What to show of <paramref name="node"/>.</summary>
    /// <param name="node">A node of the graph as the backend runs it, after fusion.</param>
    /// <param name="route">The route that was chosen for it.</param>
    /// <param name="isLastOfLayer">True for the node whose output leaves its layer: the residual stream.</param>
    public abstract ProbeRequest RequestFor(GraphNode node, Route route, bool isLastOfLayer);

    /// <summary>One row of a node's output. A node that stores keys and values shows what the cache holds after it: keys, then values.</summary>
    /// <param name="row">Index of the row in the batch.</param>
    /// <param name="output">What the chosen route made.</param>
    /// <param name="reference">What the reference route made of the same inputs; empty if it was not asked for.</param>
    public abstract void Show(GraphNode node, Route route, int row, ReadOnlySpan<float> output, ReadOnlySpan<float> reference);
}
