namespace Lathe.Cpu.Execution;

/// <summary>Cuts a list of steps into phases. Threads run a phase without waiting for each other and meet at a barrier after it, so a
/// step starts a new phase exactly when one of its threads may touch what another thread touches in the current phase.</summary>
public static class PhasePlanner
{
    public static PlannedStep[][] Plan(IReadOnlyList<PlannedStep> steps, int threads)
    {
        if (threads == 1)
        {
            // Nobody to wait for; a phase per step lets the arena reuse memory from step to step.
            return [.. steps.Select(step => new[] { step })];
        }

        var phases = new List<PlannedStep[]>();
        var phase = new List<PlannedStep>();
        foreach (var step in steps)
        {
            if (phase.Any(earlier => Conflict(earlier.Step, step.Step, threads)))
            {
                phases.Add([.. phase]);
                phase.Clear();
            }

            phase.Add(step);
        }

        phases.Add([.. phase]);
        return [.. phases];
    }

    private static bool Conflict(CpuStep first, CpuStep second, int threads)
    {
        foreach (var access in first.Accesses)
        {
            foreach (var other in second.Accesses)
            {
                if (access.Conflicts(other, threads))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
