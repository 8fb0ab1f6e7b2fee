using Lathe.Engine.Routing;

namespace Lathe.Engine.Inference;

/// <summary>What a backend is told about a graph besides the graph itself.</summary>
public sealed record CompileOptions
{
    /// <summary>Which routes run.</summary>
    public RoutePolicy Policy { get; init; } = RoutePolicy.Default;

    /// <summary>True if a token's result must not depend on the shape of the batch or on the number of threads, to the last bit: every product is
    /// summed in one fixed order, and no kernel is chosen by the number of tokens.</summary>
    public bool BatchInvariant { get; init; }

    /// <summary>Sees what the nodes make, or null. A watched graph computes the same numbers, more slowly.</summary>
    public GraphProbe? Probe { get; init; }
}
