using System.Diagnostics;
using System.Runtime.InteropServices;
using Lathe.Cpu.Threading;

namespace Lathe.Cpu.Roofline;

/// <summary>Measures the <see cref="MachineRoofline"/>: the best of several short runs, because other tenants of the machine only ever slow one down.</summary>
public static class RooflineProbe
{
    private const int Repetitions = 5;

    /// <param name="threads">Threads that compute and read together.</param>
    /// <param name="bytes">Memory to read: well over what the last-level cache holds.</param>
    public static unsafe MachineRoofline Measure(int threads, long bytes = 1L << 30)
    {
        using var pool = new ComputeThreadPool(threads);
        using var int8 = Int8PeakKernel.Create();
        var int8Peak = Best(pool, int8.Run, iterations: 4_000_000);
        var floatPeak = Best(pool, FloatPeakKernel.Run, iterations: 4_000_000);

        var memory = AllocatePages(bytes);
        try
        {
            var probe = new ReadBandwidthProbe(memory, bytes);
            var (bandwidth, pattern) = (0.0, "");
            for (var i = 0; i < ReadBandwidthProbe.PatternCount * Repetitions; i++)
            {
                probe.Pattern = i % ReadBandwidthProbe.PatternCount;
                var watch = Stopwatch.StartNew();
                pool.Run(probe);
                var rate = bytes / watch.Elapsed.TotalSeconds;
                if (rate > bandwidth)
                {
                    (bandwidth, pattern) = (rate, probe.PatternName);
                }
            }

            return new MachineRoofline(int8Peak, int8.Instruction, floatPeak, bandwidth, pattern);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    /// <summary>Memory whose pages are real, not the shared zero page.</summary>
    internal static unsafe byte* AllocatePages(long bytes)
    {
        const int Page = 4096;
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, Page);
        for (long page = 0; page < bytes; page += Page)
        {
            memory[page] = (byte)(page / Page);
        }

        return memory;
    }

    internal static double Best(ComputeThreadPool pool, Func<int, double> kernel, int iterations, int repetitions = Repetitions)
    {
        var work = new PeakWork(kernel, iterations, pool.Threads);
        var best = 0.0;
        for (var i = 0; i < repetitions; i++)
        {
            var watch = Stopwatch.StartNew();
            pool.Run(work);
            best = Math.Max(best, work.Total / watch.Elapsed.TotalSeconds);
        }

        return best;
    }

    private sealed class PeakWork(Func<int, double> kernel, int iterations, int threads) : ParallelWork
    {
        private readonly double[] _done = new double[threads];

        public double Total => _done.Sum();

        public override void Run(int thread, SpinBarrier barrier) => _done[thread] = kernel(iterations);
    }
}
