using System.Diagnostics;
using System.Runtime.InteropServices;
using Lathe.Cpu.Threading;

namespace Lathe.Cpu.Roofline;

/// <summary>Measures again and again, a tenth of a second at a time, what the machine does at best. A machine that is shared changes by half within minutes: a share of the best
/// that it ever did says more about its other tenants than about the program.</summary>
public sealed unsafe class RooflineMonitor : IDisposable
{
    private const int Repetitions = 3;
    private const int Int8Iterations = 4_000_000;

    private readonly int _threads;
    private readonly Int8PeakKernel _int8 = Int8PeakKernel.Create();
    private readonly byte* _memory;

    /// <param name="threads">Threads that compute and read together.</param>
    public RooflineMonitor(int threads)
    {
        _threads = threads;
        _memory = RooflineProbe.AllocatePages(Bytes);
    }

    /// <summary>Memory that it holds and reads: well over what the last-level cache holds.</summary>
    public static long Bytes => 512L << 20;

    /// <summary>The best of a few short runs.</summary>
    public RooflineSample Measure()
    {
        // Its threads end with it: one that parks later would count as an allocation of what is measured.
        using var pool = new ComputeThreadPool(_threads);
        var probe = new ReadBandwidthProbe(_memory, Bytes);
        var int8 = RooflineProbe.Best(pool, _int8.Run, Int8Iterations, Repetitions);
        var read = 0.0;
        foreach (var pattern in ReadBandwidthProbe.FastestPatterns)
        {
            probe.Pattern = pattern;
            for (var i = 0; i < Repetitions; i++)
            {
                var watch = Stopwatch.StartNew();
                pool.Run(probe);
                read = Math.Max(read, Bytes / watch.Elapsed.TotalSeconds);
            }
        }

        return new RooflineSample(int8, read);
    }

    public void Dispose()
    {
        _int8.Dispose();
        NativeMemory.AlignedFree(_memory);
    }
}
