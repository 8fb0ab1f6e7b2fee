using Lathe.Cpu.Execution;

namespace Lathe.Cpu.Tests.Execution;

public sealed class PhasePlannerTests
{
    private readonly CpuBuffer _a = new("a", 1024, 4, replicated: false);
    private readonly CpuBuffer _b = new("b", 1024, 4, replicated: false);
    private readonly CpuBuffer _copy = new("copy", 1024, 4, replicated: true);
    private readonly AccessPattern _columns = AccessPattern.ByColumns(256, 16);

    [Fact]
    public void Reading_what_other_threads_wrote_needs_a_barrier() =>
        Assert.Equal([1, 1], Plan(Step(BufferAccess.Write(_a, _columns)), Step(BufferAccess.Read(_a, AccessPattern.Whole))));

    [Fact]
    public void Reading_ones_own_columns_does_not() =>
        Assert.Equal([2], Plan(Step(BufferAccess.Write(_a, _columns)), Step(BufferAccess.Read(_a, _columns), BufferAccess.Write(_b, _columns))));

    [Fact]
    public void Writing_what_others_may_still_read_needs_a_barrier() =>
        Assert.Equal([1, 1], Plan(Step(BufferAccess.Read(_a, AccessPattern.Whole)), Step(BufferAccess.Write(_a, _columns))));

    [Fact]
    public void Reading_together_does_not() =>
        Assert.Equal([2], Plan(Step(BufferAccess.Read(_a, AccessPattern.Whole)), Step(BufferAccess.Read(_a, _columns))));

    [Fact]
    public void Replicated_buffers_never_do() =>
        Assert.Equal([2], Plan(Step(BufferAccess.Write(_copy, AccessPattern.ByRows)), Step(BufferAccess.Read(_copy, AccessPattern.Whole))));

    [Fact]
    public void A_conflict_with_any_step_of_the_phase_counts() =>
        Assert.Equal([2, 1], Plan(Step(BufferAccess.Write(_a, _columns)), Step(BufferAccess.Write(_b, _columns)), Step(BufferAccess.Read(_a, AccessPattern.Whole))));

    [Fact]
    public void One_thread_has_a_phase_per_step_so_that_memory_is_reused() =>
        Assert.Equal([1, 1], Plan(1, Step(BufferAccess.Write(_a, _columns)), Step(BufferAccess.Read(_b, AccessPattern.Whole))));

    private static int[] Plan(params PlannedStep[] steps) => Plan(2, steps);

    private static int[] Plan(int threads, params PlannedStep[] steps) => [.. PhasePlanner.Plan(steps, threads).Select(phase => phase.Steps.Length)];

    private static PlannedStep Step(params BufferAccess[] accesses) => new(new IdleStep(accesses), null, null);

    private sealed class IdleStep(params BufferAccess[] accesses) : CpuStep(accesses)
    {
        public override void Run(in StepContext context)
        {
        }
    }
}
