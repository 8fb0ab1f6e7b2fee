using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;

namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>Rows times one token, or few: streams the weights once, codes expanded in registers.</summary>
/// <remarks>Memory bandwidth is the limit, so rows are taken in order as one sequential stream with a software prefetch ahead of it.</remarks>
internal static unsafe class QuantizedGemv<TCodes, TDot>
    where TCodes : struct, IWeightCodes
    where TDot : struct, IDotProduct
{
    private const int StepElements = ActivationLayout.StepElements;
    private const int Parts = StepElements / ActivationLayout.BlockElements;

    /// <summary>How far ahead of its use a weight byte is asked for: farther than the hardware's own prefetch, which stops at each
    /// 4 KiB page.</summary>
    private const int PrefetchDistance = 4096;

    private const int LineBytes = 64;

    /// <summary>Scales of one step, then the last, incomplete step of a row padded with zero blocks.</summary>
    public const int ScratchBytes = TailOffset + TailCapacity;

    private const int TailOffset = 64;
    private const int TailCapacity = 512;

    private static int BlocksPerStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => StepElements / TCodes.BlockElements;
    }

    private static int StepBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BlocksPerStep * TCodes.BlockBytes;
    }

    /// <summary>What the codes stand above their values by, as they reach the dot product.</summary>
    private static int Offset
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TCodes.Signed ? TDot.SignedOffset : TCodes.Offset;
    }

    public static void Run(MatMulArguments* arguments)
    {
        var layout = new ActivationLayout(arguments->K);
        int blocks = arguments->K / TCodes.BlockElements;
        int steps = blocks / BlocksPerStep;
        int rest = blocks % BlocksPerStep;
        for (int r = arguments->RowStart; r < arguments->RowEnd; r++)
        {
            byte* row = arguments->Weights + (r * arguments->RowBytes);
            byte* tail = rest == 0 ? null : CopyTail(row + ((long)steps * StepBytes), rest, arguments->Scratch + TailOffset);
            for (int t = 0; t < arguments->Tokens; t++)
            {
                byte* x = arguments->Activations + (t * arguments->ActivationStride);
                float sum = Dot(row, steps, x, 0, layout, (float*)arguments->Scratch);
                if (rest != 0)
                {
                    sum += Dot(tail, 1, x, steps, layout, (float*)arguments->Scratch);
                }

                arguments->Output[(t * arguments->OutputStride) + r] = sum;
            }
        }
    }

    private static byte* CopyTail(byte* blocks, int count, byte* tail)
    {
        Unsafe.InitBlockUnaligned(tail, 0, (uint)StepBytes);
        Unsafe.CopyBlockUnaligned(tail, blocks, (uint)(count * TCodes.BlockBytes));
        return tail;
    }

    /// <summary><paramref name="steps"/> times 256 values with the activations from step <paramref name="first"/> on. Nothing is called from the
    /// loop: every vector register would be lost to the call.</summary>
    private static float Dot(byte* blocks, int steps, byte* x, int first, in ActivationLayout layout, float* scratch)
    {
        sbyte* codes = (sbyte*)x + (first * StepElements);
        float* scales = (float*)(x + layout.ScalesOffset) + (first * Parts);
        float* sums = TCodes.GroupElements == 16
            ? (float*)(x + layout.ScaledSums16Offset) + (first * 2 * Parts)
            : (float*)(x + layout.ScaledSums32Offset) + (first * Parts);
        Vector256<float> even = Vector256<float>.Zero, odd = Vector256<float>.Zero, correction = Vector256<float>.Zero;
        for (; steps > 0; steps--)
        {
            Prefetch(blocks + PrefetchDistance);
            Step(blocks, codes, scales, sums, scratch, ref even, ref odd, ref correction);
            blocks += StepBytes;
            codes += StepElements;
            scales += Parts;
            sums += StepElements / TCodes.GroupElements;
        }

        Vector256<float> total = even + odd;
        if (TCodes.HasMinima)
        {
            total += correction;
        }
        else if (Offset != 0)
        {
            total -= correction * Vector256.Create((float)Offset);
        }

        return Vector256.Sum(total);
    }

    /// <summary>256 values. Offsets and minima need no dot product: they multiply the activations' block sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        byte* blocks,
        sbyte* x,
        float* xScales,
        float* xSums,
        float* scratch,
        ref Vector256<float> even,
        ref Vector256<float> odd,
        ref Vector256<float> correction)
    {
        GroupScales group = TCodes.Scales(blocks);
        if (TCodes.HasMinima || Offset != 0)
        {
            correction = Vector256.MultiplyAddEstimate(TCodes.HasMinima ? group.Minima0 : group.Scales0, Vector256.Load(xSums), correction);
            if (TCodes.GroupElements == 16)
            {
                correction = Vector256.MultiplyAddEstimate(
                    TCodes.HasMinima ? group.Minima1 : group.Scales1, Vector256.Load(xSums + 8), correction);
            }
        }

        Vector256<float> s = Vector256.Load(xScales);
        if (TCodes.GroupElements == 16)
        {
            Vector256<float> s0 = group.Scales0 * Vector256.Shuffle(s, Vector256.Create(0, 0, 1, 1, 2, 2, 3, 3));
            Vector256<float> s1 = group.Scales1 * Vector256.Shuffle(s, Vector256.Create(4, 4, 5, 5, 6, 6, 7, 7));
            even = Part(blocks, 0, x, Spread(s0, 0), even);
            odd = Part(blocks, 1, x, Spread(s0, 2), odd);
            even = Part(blocks, 2, x, Spread(s0, 4), even);
            odd = Part(blocks, 3, x, Spread(s0, 6), odd);
            even = Part(blocks, 4, x, Spread(s1, 0), even);
            odd = Part(blocks, 5, x, Spread(s1, 2), odd);
            even = Part(blocks, 6, x, Spread(s1, 4), even);
            odd = Part(blocks, 7, x, Spread(s1, 6), odd);
        }
        else
        {
            // Through memory: broadcasts from there use load ports, which have little else to do; from a register they would take a shuffle.
            (s * group.Scales0).StoreAligned(scratch);
            even = Part(blocks, 0, x, Vector256.Create(scratch[0]), even);
            odd = Part(blocks, 1, x, Vector256.Create(scratch[1]), odd);
            even = Part(blocks, 2, x, Vector256.Create(scratch[2]), even);
            odd = Part(blocks, 3, x, Vector256.Create(scratch[3]), odd);
            even = Part(blocks, 4, x, Vector256.Create(scratch[4]), even);
            odd = Part(blocks, 5, x, Vector256.Create(scratch[5]), odd);
            even = Part(blocks, 6, x, Vector256.Create(scratch[6]), even);
            odd = Part(blocks, 7, x, Vector256.Create(scratch[7]), odd);
        }
    }

    /// <summary>32 values, four products to a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Part(byte* blocks, int part, sbyte* x, Vector256<float> scale, Vector256<float> sum)
    {
        Vector256<byte> codes = TCodes.BlockElements == StepElements
            ? TCodes.Codes(blocks, part)
            : TCodes.Codes(blocks + (part * TCodes.BlockBytes), 0);
        Vector256<sbyte> y = Vector256.LoadAligned(x + (part * ActivationLayout.BlockElements));
        Vector256<int> dot;
        if (TCodes.Signed)
        {
            if (TDot.SignedOffset != 0)
            {
                codes ^= Vector256.Create((byte)TDot.SignedOffset);
            }

            dot = TDot.AddSigned(Vector256<int>.Zero, codes, y);
        }
        else
        {
            dot = TDot.AddUnsigned(Vector256<int>.Zero, codes, y);
        }

        return Vector256.MultiplyAddEstimate(Vector256.ConvertToSingle(dot), scale, sum);
    }

    /// <summary>The scales of two groups of 16: lanes 0..3 hold the first group's products, lanes 4..7 the second's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Spread(Vector256<float> scales, int first) =>
        Vector256.Shuffle(scales, Vector256.Create(first, first, first, first, first + 1, first + 1, first + 1, first + 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* ahead)
    {
        if (Sse.IsSupported)
        {
            // Whole lines of a step, one after the other; the last one may be asked for twice.
            Sse.Prefetch0(ahead);
            if (StepBytes > LineBytes)
            {
                Sse.Prefetch0(ahead + LineBytes);
            }

            if (StepBytes > 2 * LineBytes)
            {
                Sse.Prefetch0(ahead + (2 * LineBytes));
            }

            if (StepBytes > 3 * LineBytes)
            {
                Sse.Prefetch0(ahead + (3 * LineBytes));
            }

            if (StepBytes > 4 * LineBytes)
            {
                Sse.Prefetch0(ahead + (4 * LineBytes));
            }
        }
    }
}
