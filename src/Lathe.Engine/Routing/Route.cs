using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;

namespace Lathe.Engine.Routing;

/// <summary>One way to run one operation: it can be listed, switched, counted, checked against the reference and bisected.</summary>
public abstract class Route
{
    private long _dispatches;

    /// <summary>Dotted name: device, operation, weight type where it matters, recipe: <c>cpu.matmul.q8_0.avx512</c>.</summary>
    public abstract string Id { get; }

    /// <summary>The operation: <see cref="GraphNode.Op"/> of the nodes it can run.</summary>
    public abstract string Op { get; }

    /// <summary>One line for listings: what the kernel does.</summary>
    public abstract string Summary { get; }

    /// <summary>One line for listings: what the guard asks for.</summary>
    public abstract string GuardSummary { get; }

    /// <summary>What holds when no policy names the route.</summary>
    public abstract RouteSetting Default { get; }

    /// <summary>Among the routes that may run a node the highest priority wins.</summary>
    public abstract int Priority { get; }

    /// <summary>True for the plain f32/f64 code that every other route of the operation is measured against.</summary>
    public virtual bool IsReference => false;

    /// <summary>Null if the route can run <paramref name="node"/> on this device; otherwise one sentence that says why not.</summary>
    public abstract string? WhyNot(GraphNode node);

    /// <summary>The same for batches of up to <paramref name="shape"/>: decode and prefill may have routes of their own.</summary>
    public virtual string? WhyNot(GraphNode node, GraphShape shape) => WhyNot(node);

    /// <summary>How often the route has run in this process.</summary>
    public long Dispatches => Volatile.Read(ref _dispatches);

    /// <summary>Counts one run of the route; called by the code that runs it, once per node and batch.</summary>
    public void CountDispatch() => Interlocked.Increment(ref _dispatches);

    public override string ToString() => Id;
}
