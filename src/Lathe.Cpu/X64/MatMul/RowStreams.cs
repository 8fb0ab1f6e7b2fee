namespace Lathe.Cpu.X64.MatMul;

/// <summary>How a product of one token walks the weights: a core reads some rows that lie far apart side by side, and asks for the lines ahead of each.</summary>
/// <remarks>Measured in the kernels of 4-bit types on mapped files, one core, from memory: Zen 5 reads 38 GB/s in four streams with hints 2048 bytes ahead, 31 in eight with hints 1024 ahead,
/// 33 in six, 30 in two, and half of it where the rows of the streams lie side by side; Sapphire Rapids is fastest in eight streams, at any distance from 512 to 2048.</remarks>
/// <param name="Count">Rows in lockstep: 4 or 8.</param>
/// <param name="PrefetchDistance">Bytes from what is read to what is asked for.</param>
internal readonly record struct RowStreams(int Count, int PrefetchDistance)
{
    public static RowStreams Four { get; } = new(4, 2048);

    public static RowStreams Eight { get; } = new(8, 1024);

    /// <summary>What this processor reads fastest with.</summary>
    public static RowStreams OfProcessor { get; } = X64Features.IsAmd ? Four : Eight;

    /// <summary>Streams where no more than some totals are in registers, one for each token of each.</summary>
    public int With(int tokens, int mostTotals) => Math.Min(Count, mostTotals / tokens);
}
