using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;

namespace Lathe.Cpu.Execution;

/// <summary>What a step knows while it runs: the batch, which of how many threads is asking, and which part of the work is asked for.</summary>
/// <param name="Thread">Whose memory is used.</param>
/// <param name="Division">How the work is cut.</param>
/// <param name="Part">The part to do.</param>
public readonly record struct StepContext(Batch Batch, int Thread, Division Division, int Part)
{
    /// <summary>An equal part for each thread.</summary>
    public StepContext(Batch batch, int thread, int threads)
        : this(batch, thread, Division.Equal(threads), thread)
    {
    }

    public int Threads => Division.Threads;

    /// <summary>Rows along <paramref name="axis"/> in this batch.</summary>
    public int Rows(RowAxis axis) => axis switch
    {
        RowAxis.Tokens => Batch.TokenCount,
        RowAxis.Outputs => Batch.OutputCount,
        _ => throw new ArgumentOutOfRangeException(nameof(axis), axis, "unknown row axis"),
    };

    /// <summary>What of <paramref name="count"/> equal pieces of work is asked for: <c>[Start, End)</c>.</summary>
    public (int Start, int End) Share(int count) => Division.Share(count, Part);
}
