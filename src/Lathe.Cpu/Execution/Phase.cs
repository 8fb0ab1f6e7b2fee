namespace Lathe.Cpu.Execution;

/// <summary>Steps that run between two barriers.</summary>
public sealed class Phase
{
    /// <param name="steps">In the order of the graph.</param>
    /// <param name="division">How all but the replicated ones are cut.</param>
    public Phase(PlannedStep[] steps, Division division)
    {
        Steps = steps;
        Division = division;
        Replicated = [.. steps.Where(step => step.Step.IsReplicated)];
        Divided = [.. steps.Where(step => !step.Step.IsReplicated)];
    }

    /// <summary>An array: walking a list of steps for each token would allocate.</summary>
    public PlannedStep[] Steps { get; }

    /// <summary>How <see cref="Divided"/> is cut. With more parts than threads, threads take them as they come.</summary>
    public Division Division { get; }

    /// <summary>What every thread runs for itself, first: it reads nothing that the phase's other steps write, or a barrier would stand between.</summary>
    public PlannedStep[] Replicated { get; }

    /// <summary>What is cut into parts. Whoever takes a part runs it of all of these.</summary>
    public PlannedStep[] Divided { get; }
}
