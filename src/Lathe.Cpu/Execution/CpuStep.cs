namespace Lathe.Cpu.Execution;

/// <summary>A piece of a compiled graph with its buffers bound. Every thread of the pool calls <see cref="Run"/> and does its own share.
/// A step keeps the promise of its <see cref="Accesses"/>, never throws and never allocates.</summary>
public abstract class CpuStep(params IReadOnlyList<BufferAccess> accesses)
{
    public IReadOnlyList<BufferAccess> Accesses { get; } = accesses;

    /// <summary>True if every thread runs all of it for itself, into its own copy of a replicated buffer.</summary>
    public virtual bool IsReplicated => false;

    /// <summary>True if it does whatever part its context names, however many there are and whichever thread takes it. Otherwise each thread gets one part, its own.</summary>
    public virtual bool IsDivisible => false;

    /// <summary>Bytes of weights times the rows that are multiplied by them, at most: what says into how many parts cutting pays.</summary>
    public virtual long Work => 0;

    public abstract void Run(in StepContext context);
}
