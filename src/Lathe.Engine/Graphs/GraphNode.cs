namespace Lathe.Engine.Graphs;

/// <summary>One operation of a graph. A node says what is meant, never how it is computed: the route does that.</summary>
/// <param name="Name">Where the node stands, as a person would say it: <c>blk.3.attn_q</c>.</param>
/// <param name="Layer">The layer that the node belongs to, or -1 outside the layers.</param>
public abstract record GraphNode(string Name, int Layer)
{
    /// <summary>The operation's name in route ids and listings: <c>matmul</c>, <c>attention</c>.</summary>
    public abstract string Op { get; }

    /// <summary>The values that the node reads.</summary>
    public abstract IReadOnlyList<GraphValue> Inputs { get; }

    /// <summary>The value that the node makes, or null if its effect is elsewhere (the KV cache).</summary>
    public abstract GraphValue? Output { get; }
}
