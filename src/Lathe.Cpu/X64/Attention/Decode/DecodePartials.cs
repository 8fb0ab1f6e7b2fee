using Lathe.Cpu.Execution;
using Lathe.Cpu.Memory;
using Lathe.Engine.Models;

namespace Lathe.Cpu.X64.Attention.Decode;

/// <summary>What threads leave behind of items that they read only a part of: largest score, total and sums of each query row. A thread's share starts in at most
/// one item that another thread began, and ends in at most one that another thread goes on with; each has a slot of its own.</summary>
internal sealed unsafe class DecodePartials(AttentionParameters attention, int tokens, int threads)
{
    private const int Slots = 2, Header = 16; // floats

    /// <summary>Shared by all threads: a row per thread and slot.</summary>
    public CpuBuffer Buffer { get; } = new(
        "attention.partials",
        AlignedMemory.RoundUp((long)tokens * attention.GroupSize * (attention.ValueDim + Header) * sizeof(float)),
        threads * Slots,
        replicated: false);

    /// <summary>Largest score, total, and from <see cref="Sums"/> on the weighted sums of a query row.</summary>
    /// <param name="begins">True if the thread reads the item from its first page on.</param>
    public float* Row(int thread, bool begins, int row) =>
        Buffer.FloatRow(0, (thread * Slots) + (begins ? 1 : 0)) + ((long)row * (attention.ValueDim + Header));

    /// <summary>The sums of a row.</summary>
    public static float* Sums(float* row) => row + Header;
}
