namespace Lathe.Cpu.Execution;

/// <summary>Cuts a list of steps into phases. Threads run a phase without waiting for each other and meet at a barrier after it, so a
/// step starts a new phase exactly when one of its parts may touch what another part touches in the current phase.</summary>
public static class PhasePlanner
{
    /// <summary>Work that pays for starting on a part: 10 microseconds of reading, some tenths of which a product's first rows wait for.</summary>
    private const long LeastWork = 256 << 10;

    private const int MostRounds = 5;

    public static Phase[] Plan(IReadOnlyList<PlannedStep> steps, int threads)
    {
        var equal = Division.Equal(threads);
        if (threads == 1)
        {
            // Nobody to wait for; a phase per step lets the arena reuse memory from step to step.
            return [.. steps.Select(step => new Phase([step], equal))];
        }

        var phases = new List<Phase>();
        var phase = new List<PlannedStep>();
        foreach (var step in steps)
        {
            if (phase.Any(earlier => Conflict(earlier.Step, step.Step, equal)))
            {
                phases.Add(Finish(phase, equal));
                phase.Clear();
            }

            phase.Add(step);
        }

        phases.Add(Finish(phase, equal));
        return [.. phases];
    }

    /// <summary>A phase with the finest division that pays and that its steps allow: their patterns have to agree in it as they do in equal parts.</summary>
    private static Phase Finish(List<PlannedStep> steps, Division equal)
    {
        PlannedStep[] all = [.. steps];
        CpuStep[] divided = [.. all.Select(step => step.Step).Where(step => !step.IsReplicated)];
        if (divided.All(step => step.IsDivisible))
        {
            var work = divided.Sum(step => step.Work);
            for (var rounds = MostRounds; rounds > 0; rounds--)
            {
                var division = Division.Guided(equal.Threads, rounds);
                if (work >= LeastWork * ((long)equal.Threads << rounds) && !divided.Any(step => divided.Any(other => step != other && Conflict(step, other, division))))
                {
                    return new Phase(all, division);
                }
            }
        }

        return new Phase(all, equal);
    }

    private static bool Conflict(CpuStep first, CpuStep second, Division division)
    {
        foreach (var access in first.Accesses)
        {
            foreach (var other in second.Accesses)
            {
                if (access.Conflicts(other, division))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
