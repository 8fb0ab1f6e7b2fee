using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;

namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>Rows times one token, or few, for ARM processors with sdot: <see cref="QuantizedGemv{TCodes, TDot}"/> in registers of 128 bits.</summary>
/// <remarks>
/// Two rows share each load of activations. The eight products of a row's 256 values stay integers until pairwise additions have brought each group of
/// one scale into one lane: six additions, two conversions and two multiply-adds take the place of eight conversions and eight multiply-adds, and
/// offsets of the codes go away exactly, one multiply-add for four groups. A row has then at most three sums pending, the pair with codes, activations and constants about
/// 20 of the 32 registers; four rows would not fit.
/// As there, a thread's rows are cut into eight runs that lie far apart, of which one row each is computed in lockstep, here as four pairs.
/// </remarks>
internal static unsafe class SdotGemv<TCodes>
    where TCodes : struct, ISdotCodes
{
    private const int StepElements = ActivationLayout.StepElements;
    private const int BlockElements = ActivationLayout.BlockElements;
    private const int Streams = 8;

    /// <summary>Tokens that share one pass over the weights.</summary>
    private const int TokensTogether = MatMulKernel.GemvTokens;

    /// <summary>Floats of one row's sums for one token.</summary>
    private const int SumFloats = 4;

    private const int TailOffset = Streams * TokensTogether * SumFloats * sizeof(float);
    private const int TailCapacity = 512;

    /// <summary>The sums of all rows and tokens in flight, and the last, incomplete step of two rows padded with zero blocks.</summary>
    public const int ScratchBytes = TailOffset + (2 * TailCapacity);

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
                Rows(arguments, layout, arguments->RowStart + r, run, Streams / 2, t, tokens);
            }

            int pairs = count % Streams / 2;
            if (pairs > 0)
            {
                Rows(arguments, layout, arguments->RowStart + (run * Streams), 1, pairs, t, tokens);
            }

            if (count % 2 != 0)
            {
                // The last row is both rows of its pair.
                Rows(arguments, layout, arguments->RowEnd - 1, 0, 1, t, tokens);
            }
        }
    }

    /// <summary>Computes <paramref name="pairs"/> pairs of rows that are <paramref name="apart"/> rows apart, in lockstep.</summary>
    private static void Rows(MatMulArguments* arguments, in ActivationLayout layout, int first, int apart, int pairs, int token, int tokens)
    {
        int blocks = arguments->K / TCodes.BlockElements;
        int steps = blocks / BlocksPerStep;
        int rest = blocks % BlocksPerStep;
        byte* weights = arguments->Weights + (first * arguments->RowBytes);
        nint apartBytes = (nint)(apart * arguments->RowBytes);
        nint tokenBytes = (nint)arguments->ActivationStride;
        float* sums = (float*)arguments->Scratch;
        int tokenFloats = 2 * pairs * SumFloats;
        new Span<float>(sums, tokens * tokenFloats).Clear();
        var x = new SdotActivations(arguments->Activations + (token * tokenBytes), layout, TCodes.GroupElements);
        for (int step = 0; step < steps; step++)
        {
            Accumulate(weights, apartBytes, pairs, x, tokens, tokenBytes, sums, tokenFloats);
            weights += StepBytes;
            x.Advance(StepElements / TCodes.GroupElements);
        }

        if (rest != 0)
        {
            byte* tail = arguments->Scratch + TailOffset;
            for (int pair = 0; pair < pairs; pair++)
            {
                CopyTail(weights, rest, tail);
                CopyTail(weights + apartBytes, rest, tail + TailCapacity);
                Accumulate(tail, TailCapacity, 1, x, tokens, tokenBytes, sums + (2 * pair * SumFloats), tokenFloats);
                weights += 2 * apartBytes;
            }
        }

        for (int t = 0; t < tokens; t++)
        {
            float* output = arguments->Output + ((token + t) * arguments->OutputStride) + first;
            for (int row = 0; row < 2 * pairs; row++)
            {
                output[row * apart] = Vector128.Sum(Vector128.Load(sums + (t * tokenFloats) + (row * SumFloats)));
            }
        }
    }

    private static void CopyTail(byte* blocks, int count, byte* tail)
    {
        Unsafe.InitBlockUnaligned(tail, 0, (uint)StepBytes);
        Unsafe.CopyBlockUnaligned(tail, blocks, (uint)(count * TCodes.BlockBytes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(
        byte* weights, nint apartBytes, int pairs, in SdotActivations x, int tokens, nint tokenBytes, float* sums, int tokenFloats)
    {
        if (TCodes.GroupElements == 16)
        {
            Accumulate16(weights, apartBytes, pairs, x, tokens, tokenBytes, sums, tokenFloats);
        }
        else
        {
            Accumulate32(weights, apartBytes, pairs, x, tokens, tokenBytes, sums, tokenFloats);
        }
    }

    /// <summary>Adds 256 values of all rows to their sums for each token, in groups of 32.</summary>
    /// <remarks>The whole register file is this method's, so it is not inlined. The JIT inlines nothing more into a method that has 512 locals, branches
    /// never taken included: groups of 16 have a method of their own, and loads are written as indirections, which have no locals.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Accumulate32(
        byte* weights, nint apartBytes, int pairs, SdotActivations x, int tokens, nint tokenBytes, float* sums, int tokenFloats)
    {
        for (int token = 0; token < tokens; token++)
        {
            sbyte* codes = x.Codes;
            float* xScales = x.Scales;
            int* negatedSums = x.NegatedSums;
            float* xSums = x.ScaledSums;
            byte* a = weights;
            float* sum = sums;
            for (int pair = 0; pair < pairs; pair++)
            {
                byte* b = a + apartBytes;
                Part(a, b, codes, 0, out Vector128<int> a0, out Vector128<int> b0);
                Part(a, b, codes, 1, out Vector128<int> a1, out Vector128<int> b1);
                a0 = Lanes128.AddPairwise(a0, a1);
                b0 = Lanes128.AddPairwise(b0, b1);
                Part(a, b, codes, 2, out a1, out b1);
                Part(a, b, codes, 3, out Vector128<int> a2, out Vector128<int> b2);
                a0 = Lanes128.AddPairwise(a0, Lanes128.AddPairwise(a1, a2));
                b0 = Lanes128.AddPairwise(b0, Lanes128.AddPairwise(b1, b2));
                Part(a, b, codes, 4, out a1, out b1);
                Part(a, b, codes, 5, out a2, out b2);
                a1 = Lanes128.AddPairwise(a1, a2);
                b1 = Lanes128.AddPairwise(b1, b2);
                Part(a, b, codes, 6, out a2, out b2);
                Part(a, b, codes, 7, out Vector128<int> a3, out Vector128<int> b3);
                a1 = Lanes128.AddPairwise(a1, Lanes128.AddPairwise(a2, a3));
                b1 = Lanes128.AddPairwise(b1, Lanes128.AddPairwise(b2, b3));
                Vector128<float> sumA = TCodes.AddScaled(a, a0, a1, a0, a1, xScales, negatedSums, xSums, *(Vector128<float>*)sum);
                Vector128<float> sumB = TCodes.AddScaled(b, b0, b1, b0, b1, xScales, negatedSums, xSums, *(Vector128<float>*)(sum + SumFloats));
                *(Vector128<float>*)sum = sumA;
                *(Vector128<float>*)(sum + SumFloats) = sumB;
                a = b + apartBytes;
                sum += 2 * SumFloats;
            }

            x.Skip(tokenBytes);
            sums += tokenFloats;
        }
    }

    /// <summary>Adds 256 values of all rows to their sums for each token, in groups of 16.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Accumulate16(
        byte* weights, nint apartBytes, int pairs, SdotActivations x, int tokens, nint tokenBytes, float* sums, int tokenFloats)
    {
        for (int token = 0; token < tokens; token++)
        {
            sbyte* codes = x.Codes;
            float* xScales = x.Scales;
            int* negatedSums = x.NegatedSums;
            float* xSums = x.ScaledSums;
            byte* a = weights;
            float* sum = sums;
            for (int pair = 0; pair < pairs; pair++)
            {
                byte* b = a + apartBytes;
                Halves(a, b, codes, 0, out Vector128<int> a0, out Vector128<int> b0);
                Halves(a, b, codes, 1, out Vector128<int> a1, out Vector128<int> b1);
                a0 = Lanes128.AddPairwise(a0, a1);
                b0 = Lanes128.AddPairwise(b0, b1);
                Halves(a, b, codes, 2, out a1, out b1);
                Halves(a, b, codes, 3, out Vector128<int> a2, out Vector128<int> b2);
                a1 = Lanes128.AddPairwise(a1, a2);
                b1 = Lanes128.AddPairwise(b1, b2);
                Halves(a, b, codes, 4, out a2, out b2);
                Halves(a, b, codes, 5, out Vector128<int> a3, out Vector128<int> b3);
                a2 = Lanes128.AddPairwise(a2, a3);
                b2 = Lanes128.AddPairwise(b2, b3);
                Halves(a, b, codes, 6, out a3, out b3);
                Halves(a, b, codes, 7, out Vector128<int> a4, out Vector128<int> b4);
                a3 = Lanes128.AddPairwise(a3, a4);
                b3 = Lanes128.AddPairwise(b3, b4);
                Vector128<float> sumA = TCodes.AddScaled(a, a0, a1, a2, a3, xScales, negatedSums, xSums, *(Vector128<float>*)sum);
                Vector128<float> sumB = TCodes.AddScaled(b, b0, b1, b2, b3, xScales, negatedSums, xSums, *(Vector128<float>*)(sum + SumFloats));
                *(Vector128<float>*)sum = sumA;
                *(Vector128<float>*)(sum + SumFloats) = sumB;
                a = b + apartBytes;
                sum += 2 * SumFloats;
            }

            x.Skip(tokenBytes);
            sums += tokenFloats;
        }
    }

    /// <summary>32 values of one scale, spread over four lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Part(byte* a, byte* b, sbyte* x, int part, out Vector128<int> dotA, out Vector128<int> dotB)
    {
        Vector128<sbyte> x0 = *(Vector128<sbyte>*)(x + (part * BlockElements)), x1 = *(Vector128<sbyte>*)(x + (part * BlockElements) + 16);
        TCodes.SdotCodes(a, part, out Vector128<sbyte> a0, out Vector128<sbyte> a1);
        dotA = Vector128Dot.Add(Vector128Dot.Add(Vector128<int>.Zero, a0, x0), a1, x1);
        TCodes.SdotCodes(b, part, out Vector128<sbyte> b0, out Vector128<sbyte> b1);
        dotB = Vector128Dot.Add(Vector128Dot.Add(Vector128<int>.Zero, b0, x0), b1, x1);
    }

    /// <summary>Two groups of 16 values, two lanes to each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Halves(byte* a, byte* b, sbyte* x, int part, out Vector128<int> dotsA, out Vector128<int> dotsB)
    {
        Vector128<sbyte> x0 = *(Vector128<sbyte>*)(x + (part * BlockElements)), x1 = *(Vector128<sbyte>*)(x + (part * BlockElements) + 16);
        TCodes.SdotCodes(a, part, out Vector128<sbyte> a0, out Vector128<sbyte> a1);
        dotsA = Lanes128.AddPairwise(Vector128Dot.Add(Vector128<int>.Zero, a0, x0), Vector128Dot.Add(Vector128<int>.Zero, a1, x1));
        TCodes.SdotCodes(b, part, out Vector128<sbyte> b0, out Vector128<sbyte> b1);
        dotsB = Lanes128.AddPairwise(Vector128Dot.Add(Vector128<int>.Zero, b0, x0), Vector128Dot.Add(Vector128<int>.Zero, b1, x1));
    }
}
