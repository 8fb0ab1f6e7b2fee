using System.Diagnostics;

namespace Lathe.Benchmarks;

/// <summary>A short measurement: the best of several runs, because others use the machine too.</summary>
internal static class QuickTiming
{
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(300);

    /// <summary>The least time that one call took, after one that compiles it, over some tenths of a second and at least five calls.</summary>
    public static TimeSpan Best(Action action)
    {
        action();
        var best = TimeSpan.MaxValue;
        var all = Stopwatch.StartNew();
        for (var calls = 0; calls < 5 || all.Elapsed < s_least; calls++)
        {
            var one = Stopwatch.StartNew();
            action();
            best = one.Elapsed < best ? one.Elapsed : best;
        }

        return best;
    }

    /// <summary>Managed bytes that one call allocates on this thread.</summary>
    public static long Allocated(Action action)
    {
        action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
