namespace Lathe.Engine.Inference;

/// <summary>What a device's cache of kernels has done so far.</summary>
/// <param name="Compiled">Kernels compiled.</param>
/// <param name="CacheHits">Requests that found their kernel compiled.</param>
/// <param name="CompileTime">Time spent on compiling, over all threads.</param>
public readonly record struct KernelCounters(long Compiled, long CacheHits, TimeSpan CompileTime)
{
    /// <summary>What came to pass between two readings.</summary>
    public static KernelCounters operator -(KernelCounters later, KernelCounters earlier) =>
        new(later.Compiled - earlier.Compiled, later.CacheHits - earlier.CacheHits, later.CompileTime - earlier.CompileTime);
}
