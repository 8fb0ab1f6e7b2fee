namespace Lathe.Cpu.Execution;

/// <summary>A piece of a compiled graph with its buffers bound. Every thread of the pool calls <see cref="Run"/> and does its own share.
/// A step keeps the promise of its <see cref="Accesses"/>, never throws and never allocates.</summary>
public abstract class CpuStep(params IReadOnlyList<BufferAccess> accesses)
{
    public IReadOnlyList<BufferAccess> Accesses { get; } = accesses;

    public abstract void Run(in StepContext context);
}
