using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;

namespace Lathe.Cpu.Execution;

/// <summary>What a step knows while it runs: the batch, and which of how many threads is asking.</summary>
public readonly record struct StepContext(Batch Batch, int Thread, int Threads)
{
    /// <summary>Rows along <paramref name="axis"/> in this batch.</summary>
    public int Rows(RowAxis axis) => axis switch
    {
        RowAxis.Tokens => Batch.TokenCount,
        RowAxis.Outputs => Batch.OutputCount,
        _ => throw new ArgumentOutOfRangeException(nameof(axis), axis, "unknown row axis"),
    };

    /// <summary>This thread's share of <paramref name="count"/> equal pieces of work: <c>[Start, End)</c>.</summary>
    public (int Start, int End) Share(int count) => Share(count, Thread, Threads);

    /// <summary>The share of thread <paramref name="thread"/>.</summary>
    public static (int Start, int End) Share(int count, int thread, int threads) =>
        ((int)((long)count * thread / threads), (int)((long)count * (thread + 1) / threads));
}
