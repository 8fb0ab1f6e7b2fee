using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Lathe.Cpu.Simd.MatMul.Codes;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>Expands rows of any block format through its portable codes.</summary>
internal sealed unsafe class PortableTileUnpacker<TCodes> : ITileUnpacker
    where TCodes : struct, IWeightCodes
{
    private const int StepElements = 256;
    private const int Parts = StepElements / TileLayout.StepElements;

    public void Unpack(byte* rows, long rowBytes, int count, int first, int elements, byte* panel)
    {
        var steps = TileLayout.Steps(elements);
        var tail = stackalloc byte[512];
        for (var row = 0; row < count; row++)
        {
            var block = rows + (row * rowBytes) + ((long)(first / TCodes.BlockElements) * TCodes.BlockBytes);
            var line = panel + ((long)(row / TileLayout.BlockRows) * steps * 2 * TileLayout.TileBytes)
                + (row % TileLayout.BlockRows * TileLayout.LineBytes);
            for (var k = 0; k < elements; k += StepElements)
            {
                var present = Math.Min(StepElements, elements - k);
                if (present == StepElements)
                {
                    Step(block, line);
                }
                else
                {
                    Unsafe.InitBlockUnaligned(tail, 0, (uint)(StepElements / TCodes.BlockElements * TCodes.BlockBytes));
                    Unsafe.CopyBlockUnaligned(tail, block, (uint)(present / TCodes.BlockElements * TCodes.BlockBytes));
                    for (var part = 0; part < present / TileLayout.StepElements; part++)
                    {
                        Part(tail, part, TCodes.Scales(tail), line + (part * 2 * TileLayout.TileBytes));
                    }
                }

                block += StepElements / TCodes.BlockElements * TCodes.BlockBytes;
                line += Parts * 2 * TileLayout.TileBytes;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(byte* blocks, byte* line)
    {
        var scales = TCodes.Scales(blocks);
        Part(blocks, 0, scales, line);
        Part(blocks, 1, scales, line + (2 * TileLayout.TileBytes));
        Part(blocks, 2, scales, line + (4 * TileLayout.TileBytes));
        Part(blocks, 3, scales, line + (6 * TileLayout.TileBytes));
        Part(blocks, 4, scales, line + (8 * TileLayout.TileBytes));
        Part(blocks, 5, scales, line + (10 * TileLayout.TileBytes));
        Part(blocks, 6, scales, line + (12 * TileLayout.TileBytes));
        Part(blocks, 7, scales, line + (14 * TileLayout.TileBytes));
    }

    /// <summary>32 values of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Part(byte* blocks, int part, GroupScales scales, byte* line)
    {
        var codes = TCodes.BlockElements == StepElements ? TCodes.Codes(blocks, part) : TCodes.Codes(blocks + (part * TCodes.BlockBytes), 0);
        var low = Value(codes.GetLower(), scales, part, 0);
        var high = Value(codes.GetUpper(), scales, part, 1);
        var half = Vector512.Create(0x8000u);
        var pairs = ((low.AsUInt32() + half) >> 16) | ((high.AsUInt32() + half) & Vector512.Create(0xffff0000u));
        pairs.Store((uint*)line);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Value(Vector128<byte> codes, in GroupScales scales, int part, int half)
    {
        var integers = TCodes.Signed ? Avx512F.ConvertToVector512Int32(codes.AsSByte()) : Avx512F.ConvertToVector512Int32(codes);
        var group = TCodes.GroupElements == 16 ? (2 * part) + half : part;
        var scale = Element(scales.Scales0, scales.Scales1, group);
        var value = Vector512.ConvertToSingle(integers);
        if (TCodes.Offset != 0)
        {
            value -= Vector512.Create((float)TCodes.Offset);
        }

        return TCodes.HasMinima
            ? Vector512.FusedMultiplyAdd(value, scale, Element(scales.Minima0, scales.Minima1, group))
            : value * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Element(Vector256<float> first, Vector256<float> second, int group) =>
        Avx512F.PermuteVar16x32(Vector512.Create(first, TCodes.GroupElements == 16 ? second : first), Vector512.Create(group));
}
