using System.Runtime.CompilerServices;

namespace Lathe.Cpu.Threading;

/// <summary>A barrier that a fixed set of threads crosses again and again: it spins briefly, because the others are microseconds away,
/// and parks when they are not (the machine is shared, a thread lost its core).</summary>
public sealed class SpinBarrier(int participants) : IDisposable
{
    // About 20 microseconds of spinning: several times what a phase of a decoded token differs between threads.
    private const int Spins = 2_000;

    private readonly object _gate = new();
    private int _arrived;
    private int _generation;
    private int _parked;

    /// <summary>Threads that cross the barrier together.</summary>
    public int Participants { get; } = participants;

    /// <summary>Returns when every participant has called it as often as this one.</summary>
    public void SignalAndWait()
    {
        if (Participants == 1)
        {
            return;
        }

        var generation = Volatile.Read(ref _generation);
        if (Interlocked.Increment(ref _arrived) == Participants)
        {
            Volatile.Write(ref _arrived, 0);
            Interlocked.Increment(ref _generation);
            if (Volatile.Read(ref _parked) != 0)
            {
                Wake();
            }

            return;
        }

        for (var spin = 0; spin < Spins; spin++)
        {
            if (Volatile.Read(ref _generation) != generation)
            {
                return;
            }

            Thread.SpinWait(1);
        }

        Park(generation);
    }

    public void Dispose() => Wake();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Park(int generation)
    {
        lock (_gate)
        {
            // The full fence between announcing and looking again pairs with the one between advancing and looking for parked threads.
            Interlocked.Increment(ref _parked);
            while (Volatile.Read(ref _generation) == generation)
            {
                Monitor.Wait(_gate);
            }

            Interlocked.Decrement(ref _parked);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wake()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }
}
