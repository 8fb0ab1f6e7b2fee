using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Lathe.Cpu.X64.MatMul.Tiles;

namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>Brings rows of bf16 into tiles: a line is 32 values as they lie, but for the order in which tiles have their pairs.</summary>
internal sealed unsafe class BF16TileUnpacker : ITileUnpacker
{
    // Pair i is (i, i + 16).
    private static readonly Vector512<ushort> s_pairs =
        Vector512.Create([.. Enumerable.Range(0, TileLayout.StepElements).Select(i => (ushort)((i / 2) + (i % 2 * (TileLayout.StepElements / 2))))]);

    public void Unpack(byte* rows, long rowBytes, int count, int first, int elements, byte* panel)
    {
        var pairs = s_pairs;
        var steps = TileLayout.Steps(elements);
        var ahead = TileLayout.RowsAhead * rowBytes; // past the end it is harmless
        for (var row = 0; row < count; row++)
        {
            var source = rows + (row * rowBytes) + ((long)first * sizeof(ushort));
            var (block, rowOfBlock) = Math.DivRem(row, TileLayout.BlockRows);
            var line = panel + ((long)block * steps * 2 * TileLayout.TileBytes) + (rowOfBlock * TileLayout.LineBytes);
            for (var step = 0; step < steps; step++)
            {
                Sse.Prefetch0(source + ahead);
                Avx512BW.PermuteVar32x16(Vector512.Load((ushort*)source), pairs).StoreAligned((ushort*)line);
                source += TileLayout.LineBytes;
                line += 2 * TileLayout.TileBytes;
            }
        }
    }
}
