namespace Lathe.Cpu.Threading;

/// <summary>A fixed team of threads for graph execution; the caller's thread is number 0 and the others wait for it at a barrier.
/// One piece of work runs at a time.</summary>
public sealed class ComputeThreadPool : IDisposable
{
    private readonly SpinBarrier _barrier;
    private readonly Thread[] _workers;
    private readonly object _running = new();
    private ParallelWork? _work;

    /// <param name="threads">Threads that compute, the caller's included.</param>
    public ComputeThreadPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
        _barrier = new SpinBarrier(threads);
        _workers = new Thread[threads - 1];
        for (var i = 0; i < _workers.Length; i++)
        {
            var thread = i + 1;
            _workers[i] = new Thread(() => Serve(thread)) { IsBackground = true, Name = $"lathe compute {thread}" };
            _workers[i].Start();
        }
    }

    public int Threads { get; }

    /// <summary>Runs the work on every thread and returns when all are done. Allocates nothing.</summary>
    public void Run(ParallelWork work)
    {
        lock (_running)
        {
            _work = work;
            _barrier.SignalAndWait();
            work.Run(0, _barrier);
            _barrier.SignalAndWait();
            _work = null;
        }
    }

    public void Dispose()
    {
        lock (_running)
        {
            _work = null;
            _barrier.SignalAndWait();
        }

        foreach (var worker in _workers)
        {
            worker.Join();
        }

        _barrier.Dispose();
    }

    private void Serve(int thread)
    {
        while (true)
        {
            _barrier.SignalAndWait();
            if (_work is not { } work)
            {
                return;
            }

            work.Run(thread, _barrier);
            _barrier.SignalAndWait();
        }
    }
}
