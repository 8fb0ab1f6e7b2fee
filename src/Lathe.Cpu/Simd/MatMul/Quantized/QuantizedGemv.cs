using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;

namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>Rows times one token, or few: streams the weights once, codes expanded in registers.</summary>
/// <remarks>Memory is the limit, and one core reads several streams far faster than one: the hardware follows each of them on its own. So a
/// thread's rows are cut into eight runs that lie far apart, and one row of each is computed in lockstep, 256 values at a time.</remarks>
internal static unsafe class QuantizedGemv<TCodes, TDot>
    where TCodes : struct, IWeightCodes
    where TDot : struct, IDotProduct
{
    private const int StepElements = ActivationLayout.StepElements;
    private const int Parts = StepElements / ActivationLayout.BlockElements;

    private const int Streams = 8;

    /// <summary>Tokens that share one pass over the weights.</summary>
    private const int TokensTogether = MatMulKernel.GemvTokens;

    /// <summary>How far ahead of its use a weight byte is asked for.</summary>
    private const int PrefetchDistance = 512;

    private const int LineBytes = 64;

    /// <summary>Scales of one step, the sums of all rows and tokens in flight, and the last, incomplete step of a row padded with zero blocks.</summary>
    public const int ScratchBytes = TailOffset + TailCapacity;

    private const int SumsOffset = 64;
    /// <summary>Floats of one row's sums for one token.</summary>
    private const int SumFloats = 16;

    private const int TailOffset = SumsOffset + (Streams * TokensTogether * SumFloats * sizeof(float));
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
        int count = arguments->RowEnd - arguments->RowStart;
        for (int t = 0; t < arguments->Tokens; t += TokensTogether)
        {
            int tokens = Math.Min(TokensTogether, arguments->Tokens - t);
            int run = count / Streams;
            for (int r = 0; r < run; r++)
            {
                Rows(arguments, layout, arguments->RowStart + r, run, Streams, t, tokens);
            }

            int rest = count % Streams;
            if (rest > 0)
            {
                Rows(arguments, layout, arguments->RowEnd - rest, 1, rest, t, tokens);
            }
        }
    }

    /// <summary>Computes <paramref name="streams"/> rows that are <paramref name="apart"/> rows apart, in lockstep.</summary>
    private static void Rows(MatMulArguments* arguments, in ActivationLayout layout, int first, int apart, int streams, int token, int tokens)
    {
        int blocks = arguments->K / TCodes.BlockElements;
        int steps = blocks / BlocksPerStep;
        int rest = blocks % BlocksPerStep;
        byte* weights = arguments->Weights + (first * arguments->RowBytes);
        nint apartBytes = (nint)(apart * arguments->RowBytes);
        nint tokenBytes = (nint)arguments->ActivationStride;
        float* scratch = (float*)arguments->Scratch;
        float* sums = (float*)(arguments->Scratch + SumsOffset);
        new Span<float>(sums, streams * tokens * SumFloats).Clear();
        var x = new StepActivations(arguments->Activations + (token * tokenBytes), layout, TCodes.GroupElements);
        for (int step = 0; step < steps; step++)
        {
            byte* at = weights + ((long)step * StepBytes);
            float* sum = sums;
            for (int stream = 0; stream < streams; stream++)
            {
                Prefetch(at + PrefetchDistance);
                sum = Accumulate(at, x, tokens, tokenBytes, scratch, sum);
                at += apartBytes;
            }

            x.Advance(StepElements / TCodes.GroupElements);
        }

        if (rest != 0)
        {
            float* sum = sums;
            for (int stream = 0; stream < streams; stream++)
            {
                byte* tail = CopyTail(weights + (stream * apartBytes) + ((long)steps * StepBytes), rest, arguments->Scratch + TailOffset);
                sum = Accumulate(tail, x, tokens, tokenBytes, scratch, sum);
            }
        }

        for (int stream = 0; stream < streams; stream++)
        {
            for (int t = 0; t < tokens; t++)
            {
                arguments->Output[((token + t) * arguments->OutputStride) + first + (stream * apart)] = Total(sums + (((stream * tokens) + t) * SumFloats));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* CopyTail(byte* blocks, int count, byte* tail)
    {
        Unsafe.InitBlockUnaligned(tail, 0, (uint)StepBytes);
        Unsafe.CopyBlockUnaligned(tail, blocks, (uint)(count * TCodes.BlockBytes));
        return tail;
    }

    /// <summary>Adds 256 values of one row to its sums for each token: eight of products, eight of corrections. Nothing is called from here:
    /// every vector register would be lost to the call.</summary>
    /// <returns>The sums behind the row's.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Accumulate(byte* blocks, StepActivations x, int tokens, nint tokenBytes, float* scratch, float* sums)
    {
        do
        {
            Vector256<float> even = Vector256.LoadAligned(sums), odd = Vector256<float>.Zero, correction = Vector256.LoadAligned(sums + 8);
            Step(blocks, x.Codes, x.Scales, x.Sums, scratch, ref even, ref odd, ref correction);
            (even + odd).StoreAligned(sums);
            if (TCodes.HasMinima || Offset != 0)
            {
                correction.StoreAligned(sums + 8);
            }

            x.Skip(tokenBytes);
            sums += SumFloats;
            tokens--;
        }
        while (tokens > 0);
        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Total(float* sums)
    {
        Vector256<float> total = Vector256.LoadAligned(sums), correction = Vector256.LoadAligned(sums + 8);
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
        // Not LoadAligned, although it is: only an unaligned load becomes an operand of the product.
        Vector256<sbyte> y = Vector256.Load(x + (part * ActivationLayout.BlockElements));
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
