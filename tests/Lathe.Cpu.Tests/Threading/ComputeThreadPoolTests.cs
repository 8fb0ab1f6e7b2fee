using Lathe.Cpu.Threading;

namespace Lathe.Cpu.Tests.Threading;

public sealed class ComputeThreadPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_thread_runs_and_barriers_separate_phases(int threads)
    {
        using var pool = new ComputeThreadPool(threads);
        var work = new Relay(threads, phases: 200);
        for (var i = 0; i < 20; i++)
        {
            pool.Run(work);
        }

        Assert.Equal(20 * 200 * threads, work.Steps);
        Assert.Equal(0, work.Violations);
    }

    [Fact]
    public void Threads_that_had_to_park_are_woken()
    {
        using var pool = new ComputeThreadPool(3);
        pool.Run(new Sleeper());
        Thread.Sleep(20);
        pool.Run(new Sleeper());
    }

    [Fact]
    public void Running_allocates_nothing()
    {
        using var pool = new ComputeThreadPool(2);
        var work = new Relay(2, phases: 10);
        pool.Run(work);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            pool.Run(work);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>In each phase every thread adds to the counter of that phase and must find the counter of the phase before complete.</summary>
    private sealed class Relay(int threads, int phases) : ParallelWork
    {
        private readonly int[] _counters = new int[phases];
        private int _rounds;
        private int _violations;
        private int _steps;

        public int Violations => _violations;

        public int Steps => _steps;

        public override void Run(int thread, SpinBarrier barrier)
        {
            var rounds = Volatile.Read(ref _rounds) + 1;
            for (var phase = 0; phase < phases; phase++)
            {
                if (phase > 0 && Volatile.Read(ref _counters[phase - 1]) != rounds * threads)
                {
                    Interlocked.Increment(ref _violations);
                }

                Interlocked.Increment(ref _counters[phase]);
                Interlocked.Increment(ref _steps);
                barrier.SignalAndWait();
            }

            if (thread == 0)
            {
                Volatile.Write(ref _rounds, rounds);
            }
        }
    }

    private sealed class Sleeper : ParallelWork
    {
        public override void Run(int thread, SpinBarrier barrier)
        {
            Thread.Sleep(thread * 15);
            barrier.SignalAndWait();
        }
    }
}
