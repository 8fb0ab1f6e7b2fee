using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;

namespace Lathe.Engine.Inference;

/// <summary>A device that can run graphs.</summary>
public abstract class Backend : IDisposable
{
    /// <summary>Short name, as in route ids: <c>cpu</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The device in words: model, instruction set, threads.</summary>
    public abstract string Description { get; }

    /// <summary>How exact the device's arithmetic is asked to be, for the record of what was computed: <c>ieee</c> where no compiler may reorder it.</summary>
    public abstract string MathMode { get; }

    /// <summary>Every way in which this device runs an operation.</summary>
    public abstract RouteRegistry Routes { get; }

    /// <summary>Counters of the kernels that are compiled while a model runs; zero on a device whose kernels all come with the program.</summary>
    public virtual KernelCounters Kernels => default;

    /// <summary>Chooses a route for each node, plans memory and returns something that runs batches up to <paramref name="shape"/>.</summary>
    /// <exception cref="RouteException">A node has no route under the policy.</exception>
    public abstract CompiledGraph Compile(ForwardGraph graph, GraphShape shape, KvStorage kv, CompileOptions options);

    /// <summary>Memory for KV pages on this device.</summary>
    public abstract KvStorage CreateKvStorage(KvLayout layout);

    public abstract void Dispose();
}
