namespace Lathe.Cpu.Execution;

/// <summary>How the parts of a step divide a buffer among themselves. The phase planner puts a barrier exactly where
/// one part may touch what another one writes.</summary>
/// <param name="Kind">The kind of division.</param>
/// <param name="Width">Columns of a row, for <see cref="AccessKind.Columns"/>.</param>
/// <param name="Unit">Columns that stay together, for <see cref="AccessKind.Columns"/>.</param>
public readonly record struct AccessPattern(AccessKind Kind, int Width = 0, int Unit = 0)
{
    public static AccessPattern Whole => new(AccessKind.Whole);

    public static AccessPattern ByRows => new(AccessKind.Rows);

    public static AccessPattern ByColumns(int width, int unit) => new(AccessKind.Columns, width, unit);

    /// <summary>Columns that are asked for: <c>[Start, End)</c>.</summary>
    public (int Start, int End) Columns(in StepContext context) => Columns(context.Division, context.Part);

    /// <summary>Columns of a part: <c>[Start, End)</c>.</summary>
    public (int Start, int End) Columns(Division division, int part)
    {
        var units = (Width + Unit - 1) / Unit;
        var (start, end) = division.Share(units, part);
        return (Math.Min(start * Unit, Width), Math.Min(end * Unit, Width));
    }

    /// <summary>True if a part under this pattern can meet another part under <paramref name="other"/>.</summary>
    public bool Crosses(AccessPattern other, Division division)
    {
        if (division.Parts == 1)
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

        for (var mine = 0; mine < division.Parts; mine++)
        {
            var (start, end) = Columns(division, mine);
            for (var theirs = 0; theirs < division.Parts; theirs++)
            {
                var (otherStart, otherEnd) = other.Columns(division, theirs);
                if (mine != theirs && start < otherEnd && otherStart < end)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
