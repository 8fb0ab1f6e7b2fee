using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Execution;

/// <summary>A step that makes whole rows one by one: each thread its share of them, or every thread all of them in its own copy
/// where the output is replicated.</summary>
public abstract class RowStep(RowAxis axis, CpuBuffer output, params IReadOnlyList<BufferAccess> accesses)
    : CpuStep([.. accesses, BufferAccess.Write(output, AccessPattern.ByRows)])
{
    protected CpuBuffer Output { get; } = output;

    /// <summary>How such a step reads the same rows of <paramref name="input"/>: every thread reads all of them where the output is replicated.</summary>
    public static BufferAccess Reads(CpuBuffer input, CpuBuffer output) =>
        BufferAccess.Read(input, output.Replicated ? AccessPattern.Whole : AccessPattern.ByRows);

    public sealed override bool IsReplicated => Output.Replicated;

    public sealed override bool IsDivisible => !Output.Replicated;

    public sealed override void Run(in StepContext context)
    {
        var count = context.Rows(axis);
        var (start, end) = Output.Replicated ? (0, count) : context.Share(count);
        for (var row = start; row < end; row++)
        {
            RunRow(context, row);
        }
    }

    protected abstract void RunRow(in StepContext context, int row);
}
