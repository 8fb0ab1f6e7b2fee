namespace Lathe.Cpu.Execution;

/// <summary>How the threads of a step divide a buffer among themselves. The phase planner puts a barrier exactly where
/// one thread may touch what another one writes.</summary>
/// <param name="Kind">The kind of division.</param>
/// <param name="Width">Columns of a row, for <see cref="AccessKind.Columns"/>.</param>
/// <param name="Unit">Columns that stay together, for <see cref="AccessKind.Columns"/>.</param>
public readonly record struct AccessPattern(AccessKind Kind, int Width = 0, int Unit = 0)
{
    public static AccessPattern Whole => new(AccessKind.Whole);

    public static AccessPattern ByRows => new(AccessKind.Rows);

    public static AccessPattern ByColumns(int width, int unit) => new(AccessKind.Columns, width, unit);

    /// <summary>Columns of <paramref name="thread"/>: <c>[Start, End)</c>.</summary>
    public (int Start, int End) Columns(int thread, int threads)
    {
        var units = (Width + Unit - 1) / Unit;
        var (start, end) = StepContext.Share(units, thread, threads);
        return (Math.Min(start * Unit, Width), Math.Min(end * Unit, Width));
    }

    /// <summary>True if a thread's part under this pattern can meet another thread's part under <paramref name="other"/>.</summary>
    public bool Crosses(AccessPattern other, int threads)
    {
        if (threads == 1)
        {
            return false;
        }

        if (Kind != other.Kind || Kind == AccessKind.Whole)
        {
            return true;
        }

        if (Kind == AccessKind.Rows)
        {
            return false;
        }

        for (var mine = 0; mine < threads; mine++)
        {
            var (start, end) = Columns(mine, threads);
            for (var theirs = 0; theirs < threads; theirs++)
            {
                var (otherStart, otherEnd) = other.Columns(theirs, threads);
                if (mine != theirs && start < otherEnd && otherStart < end)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
