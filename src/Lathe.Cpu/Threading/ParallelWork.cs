namespace Lathe.Cpu.Threading;

/// <summary>Something that all threads of a pool run together.</summary>
public abstract class ParallelWork
{
    /// <summary>Called once on each thread. Barriers inside must be crossed by every thread equally often, whatever fails.</summary>
    public abstract void Run(int thread, SpinBarrier barrier);
}
