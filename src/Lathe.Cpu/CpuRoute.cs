using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;

namespace Lathe.Cpu;

/// <summary>A route of the CPU backend: turns a node into a step.</summary>
public abstract class CpuRoute : Route
{
    /// <summary>Makes the step that runs <paramref name="node"/>. Called after <see cref="Route.WhyNot(GraphNode, Engine.Inference.GraphShape)"/> said null.</summary>
    public abstract CpuStep Compile(GraphNode node, StepBuilder builder);

    /// <summary>Largest normalised mean square error against the reference that the known-answer check accepts.</summary>
    public virtual double Tolerance => 1e-9;

    /// <summary>The machine code that the route emits for a node it serves, for any number of tokens, or for a usual shape; empty where the .NET runtime
    /// compiles its kernels.</summary>
    /// <param name="node">The node; null for a usual shape.</param>
    public virtual IEnumerable<KernelListing> Kernels(GraphNode? node) => [];
}
