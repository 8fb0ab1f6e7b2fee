using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Cpu.Simd.MatMul.Codes;

namespace Lathe.Cpu.Simd.Dequantization;

/// <summary>Any block format to f32 in lanes, with the roundings of the format's scalar form: scale·(code − offset), then the minimum. As in all
/// vector kernels, the factors of blocks are finite numbers.</summary>
internal static unsafe class BlockExpansion<TCodes, TLanes, TVector>
    where TCodes : struct, IWeightCodes
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int StepElements = 256;
    private const int PartElements = 32;

    /// <param name="blocks">Whole blocks, at any alignment.</param>
    /// <param name="values">Room for <paramref name="count"/> values.</param>
    /// <param name="count">A whole number of blocks.</param>
    public static void Run(byte* blocks, float* values, int count)
    {
        var staged = stackalloc float[2 * GroupScales.MaxGroups];
        var i = 0;
        for (; i <= count - StepElements; i += StepElements)
        {
            Step(blocks, values + i, staged, staged + GroupScales.MaxGroups);
            blocks += StepElements / TCodes.BlockElements * TCodes.BlockBytes;
        }

        if (i < count)
        {
            Tail(blocks, values + i, count - i, staged);
        }
    }

    /// <summary>Fewer than 256 values, in blocks of 32: scales are read for eight blocks at a time, so that zeros stand in for those that are not there.</summary>
    private static void Tail(byte* blocks, float* values, int count, float* staged)
    {
        var padded = stackalloc byte[StepElements / TCodes.BlockElements * TCodes.BlockBytes];
        var expanded = stackalloc float[StepElements];
        var bytes = count / TCodes.BlockElements * TCodes.BlockBytes;
        new Span<byte>(padded, StepElements / TCodes.BlockElements * TCodes.BlockBytes)[bytes..].Clear();
        new ReadOnlySpan<byte>(blocks, bytes).CopyTo(new Span<byte>(padded, bytes));
        Step(padded, expanded, staged, staged + GroupScales.MaxGroups);
        new ReadOnlySpan<float>(expanded, count).CopyTo(new Span<float>(values, count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(byte* blocks, float* values, float* scales, float* minima)
    {
        var group = TCodes.Scales(blocks);
        group.Scales0.Store(scales);
        if (TCodes.GroupElements == 16)
        {
            group.Scales1.Store(scales + 8);
        }

        if (TCodes.HasMinima)
        {
            group.Minima0.Store(minima);
            if (TCodes.GroupElements == 16)
            {
                group.Minima1.Store(minima + 8);
            }
        }

        // Spelled out: a part that is known at compile time makes the shifts of its codes immediate.
        Part(blocks, 0, values, scales, minima);
        Part(blocks, 1, values, scales, minima);
        Part(blocks, 2, values, scales, minima);
        Part(blocks, 3, values, scales, minima);
        Part(blocks, 4, values, scales, minima);
        Part(blocks, 5, values, scales, minima);
        Part(blocks, 6, values, scales, minima);
        Part(blocks, 7, values, scales, minima);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Part(byte* blocks, int part, float* values, float* scales, float* minima)
    {
        var codes = TCodes.BlockElements == StepElements ? TCodes.Codes(blocks, part) : TCodes.Codes(blocks + (part * TCodes.BlockBytes), 0);
        if (TCodes.Offset != 0)
        {
            codes -= Vector256.Create((byte)TCodes.Offset);
        }

        for (var i = 0; i < PartElements; i += TLanes.Count)
        {
            var index = ((part * PartElements) + i) / TCodes.GroupElements;
            var value = TLanes.Multiply(TLanes.Broadcast(scales[index]), TLanes.LoadSignedBytes((sbyte*)&codes + i));
            if (TCodes.HasMinima)
            {
                value = TLanes.Add(value, TLanes.Broadcast(minima[index]));
            }

            TLanes.Store(value, values + (part * PartElements) + i);
        }
    }
}
