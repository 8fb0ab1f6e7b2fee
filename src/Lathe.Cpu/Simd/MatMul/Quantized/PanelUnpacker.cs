using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;

namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>Expands 16 rows of any block format into the one layout that the tiles read.</summary>
internal static unsafe class PanelUnpacker<TCodes, TDot>
    where TCodes : struct, IWeightCodes
    where TDot : struct, IDotProduct
{
    private const int Rows = PanelScratch.Rows;
    private const int StepElements = ActivationLayout.StepElements;
    private const int StagedRowBytes = GroupScales.MaxGroups * sizeof(float);
    private const int BlockElements = ActivationLayout.BlockElements;

    private static int GroupsPerStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => StepElements / TCodes.GroupElements;
    }

    /// <summary>Unpacks <paramref name="elements"/> values from <paramref name="first"/> on (both multiples of 32, the first of 256).</summary>
    /// <param name="rows">First row.</param>
    /// <param name="rowBytes">Bytes from one row to the next.</param>
    /// <param name="count">Rows that exist, 1..16; the last one stands in for those that do not.</param>
    /// <param name="first">First value in each row.</param>
    /// <param name="elements">Values of each row.</param>
    /// <param name="panel">Where to.</param>
    public static void Unpack(byte* rows, long rowBytes, int count, int first, int elements, PanelScratch panel)
    {
        byte* codes = panel.Codes;
        float* scales = panel.Scales;
        float* minima = panel.Minima;
        rows += (long)(first / TCodes.BlockElements) * TCodes.BlockBytes;
        for (int k = 0; k < elements; k += StepElements)
        {
            int present = Math.Min(StepElements, elements - k);
            long offset = (long)(k / TCodes.BlockElements) * TCodes.BlockBytes;
            for (int row = 0; row < Rows; row++)
            {
                byte* blocks = rows + (Math.Min(row, count - 1) * rowBytes) + offset;
                if (present < StepElements)
                {
                    blocks = CopyTail(blocks, present, panel.Tail);
                }

                Stage(blocks, row, panel);
            }

            for (int part = 0; part < present / BlockElements; part++)
            {
                WordTransposition.Run(panel.Staging + (part * BlockElements), StepElements, codes);
                codes += BlockElements * Rows;
            }

            for (int group = 0; group < GroupsPerStep; group += WordTransposition.Words)
            {
                WordTransposition.Run((byte*)(panel.StagedScales + group), StagedRowBytes, (byte*)(scales + (group * Rows)));
                if (TCodes.HasMinima)
                {
                    WordTransposition.Run((byte*)(panel.StagedMinima + group), StagedRowBytes, (byte*)(minima + (group * Rows)));
                }
            }

            scales += GroupsPerStep * Rows;
            minima += GroupsPerStep * Rows;
        }
    }

    private static byte* CopyTail(byte* blocks, int present, byte* tail)
    {
        Unsafe.InitBlockUnaligned(tail, 0, (uint)(StepElements / TCodes.BlockElements * TCodes.BlockBytes));
        Unsafe.CopyBlockUnaligned(tail, blocks, (uint)(present / TCodes.BlockElements * TCodes.BlockBytes));
        return tail;
    }

    /// <summary>256 values of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Stage(byte* blocks, int row, PanelScratch panel)
    {
        GroupScales group = TCodes.Scales(blocks);
        float* scales = panel.StagedScales + (row * GroupScales.MaxGroups);
        float* minima = panel.StagedMinima + (row * GroupScales.MaxGroups);
        group.Scales0.StoreAligned(scales);
        if (TCodes.HasMinima)
        {
            group.Minima0.StoreAligned(minima);
        }

        if (TCodes.GroupElements == 16)
        {
            group.Scales1.StoreAligned(scales + 8);
            if (TCodes.HasMinima)
            {
                group.Minima1.StoreAligned(minima + 8);
            }
        }

        byte* destination = panel.Staging + (row * StepElements);
        Part(blocks, 0, destination);
        Part(blocks, 1, destination);
        Part(blocks, 2, destination);
        Part(blocks, 3, destination);
        Part(blocks, 4, destination);
        Part(blocks, 5, destination);
        Part(blocks, 6, destination);
        Part(blocks, 7, destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Part(byte* blocks, int part, byte* destination)
    {
        Vector256<byte> codes = TCodes.BlockElements == StepElements
            ? TCodes.Codes(blocks, part)
            : TCodes.Codes(blocks + (part * TCodes.BlockBytes), 0);
        if (TCodes.Signed && TDot.SignedOffset != 0)
        {
            codes ^= Vector256.Create((byte)TDot.SignedOffset);
        }

        codes.Store(destination + (part * BlockElements));
    }
}
