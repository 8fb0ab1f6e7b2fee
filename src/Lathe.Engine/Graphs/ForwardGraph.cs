namespace Lathe.Engine.Graphs;

/// <summary>The forward pass of a model: nodes in an order in which each reads only what stands before it.</summary>
public sealed class ForwardGraph
{
    internal ForwardGraph(IReadOnlyList<GraphNode> nodes, int valueCount, GraphValue logits)
    {
        Nodes = nodes;
        ValueCount = valueCount;
        Logits = logits;
    }

    public IReadOnlyList<GraphNode> Nodes { get; }

    /// <summary>One more than the largest value id.</summary>
    public int ValueCount { get; }

    /// <summary>The result: <c>[outputs, vocabulary]</c>.</summary>
    public GraphValue Logits { get; }
}
