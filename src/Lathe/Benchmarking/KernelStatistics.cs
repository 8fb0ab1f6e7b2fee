using System.Diagnostics;
using Lathe.Engine.Inference;

namespace Lathe.Benchmarking;

/// <summary>What it took to get from a model to kernels that run.</summary>
/// <param name="Kernels">Kernels that the graphs run: one per route.</param>
/// <param name="CacheHits">Nodes that took a kernel which another node had brought in.</param>
/// <param name="CompileTime">Time to choose routes, make kernels and plan memory.</param>
public sealed record KernelStatistics(int Kernels, int CacheHits, TimeSpan CompileTime)
{
    /// <summary>Compiles the graphs for batches of the given sizes.</summary>
    /// <param name="batchSizes">Tokens per batch.</param>
    public static KernelStatistics Compile(ModelRuntime runtime, IEnumerable<int> batchSizes)
    {
        // The one place that counts kernels: a backend that keeps a cache of kernels answers from the cache's own counters here.
        var watch = Stopwatch.StartNew();
        var graphs = batchSizes.Select(tokens => runtime.GraphFor(tokens, outputs: 1)).Distinct().ToList();
        watch.Stop();
        var routes = graphs.SelectMany(graph => graph.Assignments).Select(assignment => assignment.Route).ToList();
        var kernels = routes.Distinct().Count();
        return new KernelStatistics(kernels, routes.Count - kernels, watch.Elapsed);
    }
}
