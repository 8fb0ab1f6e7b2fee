using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Lathe.Cpu.Simd.MatMul.Float;
using Lathe.Cpu.X64.MatMul.Tiles;

namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>Splits rows of f16 into tiles of two bf16 parts, which hold them exactly: the first has 8 of their 11 bits, the second the others.</summary>
internal sealed unsafe class HalfTileUnpacker : ITileUnpacker
{
    private const int Parts = 2;

    public void Unpack(byte* rows, long rowBytes, int count, int first, int elements, byte* panel)
    {
        var steps = TileLayout.Steps(elements);
        var ahead = TileLayout.RowsAhead * rowBytes; // past the end it is harmless
        for (var row = 0; row < count; row++)
        {
            var source = rows + (row * rowBytes) + ((long)first * sizeof(ushort));
            var (block, rowOfBlock) = Math.DivRem(row, TileLayout.BlockRows);
            var line = panel + ((long)block * steps * 2 * Parts * TileLayout.TileBytes) + (rowOfBlock * TileLayout.LineBytes);
            for (var step = 0; step < steps; step++)
            {
                Sse.Prefetch0(source + ahead);
                Vector512<float> low = F16Weights.Load512(source), high = F16Weights.Load512(source + (TileLayout.LineBytes / 2));
                Vector512<float> lowRounded = Round(low), highRounded = Round(high);
                Store(lowRounded, highRounded, line);
                Store(low - lowRounded, high - highRounded, line + (2 * TileLayout.TileBytes));
                source += TileLayout.LineBytes;
                line += 2 * Parts * TileLayout.TileBytes;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Round(Vector512<float> value) =>
        ((value.AsUInt32() + Vector512.Create(0x8000u)) & Vector512.Create(0xffff0000u)).AsSingle();

    /// <summary>Pairs (i, i + 16) of values that bf16 holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> low, Vector512<float> high, byte* line) => ((low.AsUInt32() >> 16) | high.AsUInt32()).StoreAligned((uint*)line);
}
