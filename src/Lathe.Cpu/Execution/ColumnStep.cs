using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Execution;

/// <summary>A step in which each thread makes its columns in every row, so that no barrier stands between it and a matrix product or
/// another step that divides the columns the same way.</summary>
/// <param name="columns">The division, an <see cref="AccessPattern.ByColumns"/>.</param>
public abstract class ColumnStep(RowAxis axis, AccessPattern columns, params IReadOnlyList<BufferAccess> accesses) : CpuStep(accesses)
{
    /// <summary>Columns that stay together in element-wise steps: two cache lines of f32, so that threads do not write to the same line, and as many as most products
    /// compute together, so that both cut alike.</summary>
    public const int Unit = 32;

    public sealed override bool IsDivisible => true;

    public sealed override void Run(in StepContext context)
    {
        var (start, end) = columns.Columns(context);
        if (start == end)
        {
            return;
        }

        var count = context.Rows(axis);
        for (var row = 0; row < count; row++)
        {
            RunColumns(context, row, start, end);
        }
    }

    /// <summary>Makes columns <c>[start, end)</c> of one row.</summary>
    protected abstract void RunColumns(in StepContext context, int row, int start, int end);
}
