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

    /// <summary>How far ahead of its use a weight byte is asked for: farther than the hardware's own prefetch, which stops at each 4 KiB page.</summary>
    private const int PrefetchDistance = 4096;

    private const int LineBytes = 64;

    /// <summary>Scales of one step, then the last, incomplete step of a row padded with zero blocks.</summary>
    public const int ScratchBytes = 64 + TailCapacity;

    private const int TailCapacity = 512;

    private static int BlocksPerStep => StepElements / TCodes.BlockElements;

    private static int StepBytes => BlocksPerStep * TCodes.BlockBytes;

    /// <summary>What the codes stand above their values by, as they reach the dot product.</summary>
    private static int Offset => TCodes.Signed ? TDot.SignedOffset : TCodes.Offset;

    public static void Run(MatMulArguments* arguments)
    {
        var layout = new ActivationLayout(arguments->K);
        int blocks = arguments->K / TCodes.BlockElements;
        for (int r = arguments->RowStart; r < arguments->RowEnd; r++)
        {
            byte* row = arguments->Weights + (r * arguments->RowBytes);
            for (int t = 0; t < arguments->Tokens; t++)
            {
                byte* x = arguments->Activations + (t * arguments->ActivationStride);
                arguments->Output[(t * arguments->OutputStride) + r] = Dot(row, blocks, x, layout, arguments->Scratch);
            }
        }
    }

    private static float Dot(byte* row, int blocks, byte* x, in ActivationLayout layout, byte* scratch)
    {
        var codes = (sbyte*)x;
        var scales = (float*)(x + layout.ScalesOffset);
        var sums = (float*)(x + (TCodes.GroupElements == 16 ? layout.ScaledSums16Offset : layout.ScaledSums32Offset));
        var sum = new RowSum();
        int steps = blocks / BlocksPerStep;
        for (int s = 0; s < steps; s++)
        {
            Prefetch(row + PrefetchDistance);
            Step(row, codes, scales, sums, (float*)scratch, ref sum);
            row += StepBytes;
            codes += StepElements;
            scales += Parts;
            sums += StepElements / TCodes.GroupElements;
        }

        int rest = blocks % BlocksPerStep;
        if (rest != 0)
        {
            byte* tail = scratch + 64;
            Unsafe.InitBlockUnaligned(tail, 0, (uint)StepBytes);
            Unsafe.CopyBlockUnaligned(tail, row, (uint)(rest * TCodes.BlockBytes));
            Step(tail, codes, scales, sums, (float*)scratch, ref sum);
        }

        Vector256<float> total = sum.Even + sum.Odd;
        if (TCodes.HasMinima)
        {
            total += sum.Correction;
        }
        else if (Offset != 0)
        {
            total -= sum.Correction * Vector256.Create((float)Offset);
        }

        return Vector256.Sum(total);
    }

    /// <summary>256 values. Offsets and minima need no dot product: they multiply the activations' block sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(byte* blocks, sbyte* x, float* xScales, float* xSums, float* scratch, ref RowSum sum)
    {
        GroupScales group = TCodes.Scales(blocks);
        if (TCodes.HasMinima || Offset != 0)
        {
            sum.Correction = Vector256.MultiplyAddEstimate(TCodes.HasMinima ? group.Minima0 : group.Scales0, Vector256.Load(xSums), sum.Correction);
            if (TCodes.GroupElements == 16)
            {
                sum.Correction = Vector256.MultiplyAddEstimate(
                    TCodes.HasMinima ? group.Minima1 : group.Scales1, Vector256.Load(xSums + 8), sum.Correction);
            }
        }

        Vector256<float> s = Vector256.Load(xScales);
        if (TCodes.GroupElements == 16)
        {
            Vector256<float> s0 = group.Scales0 * Vector256.Shuffle(s, Vector256.Create(0, 0, 1, 1, 2, 2, 3, 3));
            Vector256<float> s1 = group.Scales1 * Vector256.Shuffle(s, Vector256.Create(4, 4, 5, 5, 6, 6, 7, 7));
            sum.Even = Part(blocks, 0, x, Spread(s0, 0), sum.Even);
            sum.Odd = Part(blocks, 1, x, Spread(s0, 2), sum.Odd);
            sum.Even = Part(blocks, 2, x, Spread(s0, 4), sum.Even);
            sum.Odd = Part(blocks, 3, x, Spread(s0, 6), sum.Odd);
            sum.Even = Part(blocks, 4, x, Spread(s1, 0), sum.Even);
            sum.Odd = Part(blocks, 5, x, Spread(s1, 2), sum.Odd);
            sum.Even = Part(blocks, 6, x, Spread(s1, 4), sum.Even);
            sum.Odd = Part(blocks, 7, x, Spread(s1, 6), sum.Odd);
        }
        else
        {
            // Through memory: broadcasts from there use load ports, which have little else to do; from a register they would take a shuffle.
            (s * group.Scales0).StoreAligned(scratch);
            sum.Even = Part(blocks, 0, x, Vector256.Create(scratch[0]), sum.Even);
            sum.Odd = Part(blocks, 1, x, Vector256.Create(scratch[1]), sum.Odd);
            sum.Even = Part(blocks, 2, x, Vector256.Create(scratch[2]), sum.Even);
            sum.Odd = Part(blocks, 3, x, Vector256.Create(scratch[3]), sum.Odd);
            sum.Even = Part(blocks, 4, x, Vector256.Create(scratch[4]), sum.Even);
            sum.Odd = Part(blocks, 5, x, Vector256.Create(scratch[5]), sum.Odd);
            sum.Even = Part(blocks, 6, x, Vector256.Create(scratch[6]), sum.Even);
            sum.Odd = Part(blocks, 7, x, Vector256.Create(scratch[7]), sum.Odd);
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
            for (int line = 0; line < StepBytes; line += LineBytes)
            {
                Sse.Prefetch0(ahead + line);
            }
        }
    }

    /// <summary>Accumulators of one row: two chains of sums, and what offsets and minima add.</summary>
    private struct RowSum
    {
        public Vector256<float> Even;
        public Vector256<float> Odd;
        public Vector256<float> Correction;
    }
}
