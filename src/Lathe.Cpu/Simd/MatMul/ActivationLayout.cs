using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lathe.Cpu.Simd.MatMul;

/// <summary>One token's activations as the integer kernels read them: int8 codes with an f32 scale per 32 values, x ≈ scale·code.</summary>
/// <remarks>
/// Seven arrays, each 64-byte aligned when the row is; K is padded to a multiple of 256 with zero codes and zero scales, so that kernels step in
/// whole groups of 256:
/// sbyte[K] codes; float[K/32] scales; int[K/32] and int[K/16] negated code sums, which take the offset of unsigned weight codes out of an integer
/// dot product before it starts; float[K/32] and float[K/16] scaled sums scale·Σcode, for weight minima and for offsets outside of the dot product.
/// </remarks>
public readonly unsafe struct ActivationLayout
{
    /// <summary>Values that share a scale.</summary>
    public const int BlockElements = 32;

    /// <summary>Adding and subtracting 1.5 · 2^23 rounds to the nearest integer.</summary>
    internal const float RoundingMagic = 12582912f;

    internal const int StepElements = 256;
    private const int Alignment = 64;

    /// <summary>No scale is kept for a block whose values are all smaller than this: its reciprocal would overflow.</summary>
    internal const float Negligible = 1e-36f;

    /// <param name="k">Values per row, a multiple of 32.</param>
    public ActivationLayout(int k)
    {
        if (k <= 0 || k % BlockElements != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(k), k, "Quantised activations come in blocks of 32 values.");
        }

        PaddedElements = checked(k + StepElements - 1) / StepElements * StepElements;
        int perBlock = Align(PaddedElements / 32 * sizeof(float));
        int perHalf = Align(PaddedElements / 16 * sizeof(float));
        ScalesOffset = PaddedElements;
        NegatedSums32Offset = ScalesOffset + perBlock;
        NegatedSums16Offset = NegatedSums32Offset + perBlock;
        ScaledSums32Offset = NegatedSums16Offset + perHalf;
        ScaledSums16Offset = ScaledSums32Offset + perBlock;
        RowBytes = checked(ScaledSums16Offset + perHalf);
    }

    /// <summary>What the largest magnitude becomes in each of the sixteen trials: the first just under 127.5, which still rounds to 127.</summary>
    internal static ReadOnlySpan<float> Trials =>
    [
        127.45f, 127.05f, 126.65f, 126.25f, 125.85f, 125.45f, 125.05f, 124.65f, 124.25f, 123.85f, 123.45f, 123.05f, 122.65f, 122.25f, 121.85f, 121.45f,
    ];

    internal int PaddedElements { get; }

    internal int ScalesOffset { get; }

    internal int NegatedSums32Offset { get; }

    internal int NegatedSums16Offset { get; }

    internal int ScaledSums32Offset { get; }

    internal int ScaledSums16Offset { get; }

    /// <summary>Bytes of one row, a multiple of 64.</summary>
    public int RowBytes { get; }

    /// <summary>Bytes that a row of <paramref name="k"/> values takes.</summary>
    public static long BytesPerRow(int k) => new ActivationLayout(k).RowBytes;

    /// <summary>Writes one row: <paramref name="k"/> values (a multiple of 32) to <see cref="BytesPerRow"/> bytes at <paramref name="row"/>.
    /// Each block tries several scales and keeps the one of least error; codes round to nearest, ties to even. NaN and infinity make the
    /// block's scale so.</summary>
    public static void Quantize(float* x, byte* row, int k)
    {
        var layout = new ActivationLayout(k);
        var codes = (sbyte*)row;
        var scales = (float*)(row + layout.ScalesOffset);
        var negatedSums32 = (int*)(row + layout.NegatedSums32Offset);
        var negatedSums16 = (int*)(row + layout.NegatedSums16Offset);
        var scaledSums32 = (float*)(row + layout.ScaledSums32Offset);
        var scaledSums16 = (float*)(row + layout.ScaledSums16Offset);
        int blocks = k / BlockElements;
        for (int b = 0; b < blocks; b++)
        {
            scales[b] = QuantizeBlock(x + (b * BlockElements), codes + (b * BlockElements), out int first, out int second);
            negatedSums16[2 * b] = -first;
            negatedSums16[(2 * b) + 1] = -second;
            negatedSums32[b] = -(first + second);
            scaledSums16[2 * b] = scales[b] * first;
            scaledSums16[(2 * b) + 1] = scales[b] * second;
            scaledSums32[b] = scales[b] * (first + second);
        }

        int padding = (layout.PaddedElements / BlockElements) - blocks;
        new Span<sbyte>(codes + k, padding * BlockElements).Clear();
        new Span<float>(scales + blocks, padding).Clear();
        new Span<int>(negatedSums32 + blocks, padding).Clear();
        new Span<int>(negatedSums16 + (2 * blocks), 2 * padding).Clear();
        new Span<float>(scaledSums32 + blocks, padding).Clear();
        new Span<float>(scaledSums16 + (2 * blocks), 2 * padding).Clear();
    }

    // Inlined because a method without a loop is compiled without optimisation at first, and this one is called millions of times.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float QuantizeBlock(float* x, sbyte* codes, out int firstSum, out int secondSum)
    {
        Vector256<float> x0 = Vector256.Load(x), x1 = Vector256.Load(x + 8), x2 = Vector256.Load(x + 16), x3 = Vector256.Load(x + 24);
        Vector256<float> magnitudes = Vector256.Max(
            Vector256.Max(Vector256.Abs(x0), Vector256.Abs(x1)),
            Vector256.Max(Vector256.Abs(x2), Vector256.Abs(x3)));
        Vector128<float> m = Vector128.Max(magnitudes.GetLower(), magnitudes.GetUpper());
        m = Vector128.Max(m, Vector128.Shuffle(m, Vector128.Create(2, 3, 0, 1)));
        float largest = MathF.Max(m.ToScalar(), m.GetElement(1));
        if (largest < Negligible)
        {
            Vector256<sbyte>.Zero.Store(codes);
            firstSum = 0;
            secondSum = 0;
            return 0;
        }

        (float factor, float scale) = BestScale(x, largest);
        Vector256<float> inverse = Vector256.Create(factor);
        Vector256<int> i0 = Round(x0 * inverse), i1 = Round(x1 * inverse), i2 = Round(x2 * inverse), i3 = Round(x3 * inverse);
        Vector256.Narrow(Vector256.Narrow(i0, i1), Vector256.Narrow(i2, i3)).Store(codes);
        firstSum = Vector256.Sum(i0 + i1);
        secondSum = Vector256.Sum(i2 + i3);
        return scale;
    }

    /// <summary>Tries sixteen scales on 32 values, a lane to each: every trial rounds all values differently, and the error of 32 roundings varies by a
    /// sixth of its mean, so the best of them has about a tenth less than the plain largest magnitude over 127. For given codes q the scale of least error is x·q / q·q, and the error that it leaves
    /// is x·x − (x·q)² / q·q.</summary>
    /// <returns>What the values are multiplied by to get the codes, and the scale of the codes.</returns>
    private static (float Factor, float Scale) BestScale(float* x, float largest)
    {
        Vector256<float> unit = Vector256.Create(1 / largest);
        // The even trials and the odd ones of Trials, as constants.
        Vector256<float> factorsA = unit * Vector256.Create(127.45f, 126.65f, 125.85f, 125.05f, 124.25f, 123.45f, 122.65f, 121.85f);
        Vector256<float> factorsB = unit * Vector256.Create(127.05f, 126.25f, 125.45f, 124.65f, 123.85f, 123.05f, 122.25f, 121.45f);
        Vector256<float> xqA0 = Vector256<float>.Zero, xqA1 = xqA0, xqB0 = xqA0, xqB1 = xqA0;
        Vector256<float> qqA0 = xqA0, qqA1 = xqA0, qqB0 = xqA0, qqB1 = xqA0;
        for (int i = 0; i < BlockElements; i += 2)
        {
            Try(x[i], factorsA, ref xqA0, ref qqA0);
            Try(x[i], factorsB, ref xqB0, ref qqB0);
            Try(x[i + 1], factorsA, ref xqA1, ref qqA1);
            Try(x[i + 1], factorsB, ref xqB1, ref qqB1);
        }

        Vector256<float> xqA = xqA0 + xqA1, xqB = xqB0 + xqB1;
        Vector256<float> scalesA = xqA / (qqA0 + qqA1), scalesB = xqB / (qqB0 + qqB1);
        Vector256<float> gainsA = xqA * scalesA, gainsB = xqB * scalesB;

        // The better of each pair of lanes, then the best lane. A lane that compares false, a NaN, loses.
        Vector256<float> isB = Vector256.GreaterThan(gainsB, gainsA);
        Vector256<float> gains = Vector256.ConditionalSelect(isB, gainsB, gainsA);
        Vector128<float> highest = Vector128.Max(gains.GetLower(), gains.GetUpper());
        highest = Vector128.Max(highest, Vector128.Shuffle(highest, Vector128.Create(2, 3, 0, 1)));
        uint best = Vector256.Equals(gains, Vector256.Create(MathF.Max(highest.ToScalar(), highest.GetElement(1)))).ExtractMostSignificantBits();

        // No lane equals a NaN: then the scale must say so.
        int lane = BitOperations.TrailingZeroCount(best);
        return best == 0
            ? (Trials[0] / largest, largest)
            : (Vector256.ConditionalSelect(isB, factorsB, factorsA).GetElement(lane), Vector256.ConditionalSelect(isB, scalesB, scalesA).GetElement(lane));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Try(float x, Vector256<float> factors, ref Vector256<float> xq, ref Vector256<float> qq)
    {
        Vector256<float> magic = Vector256.Create(RoundingMagic);
        Vector256<float> value = Vector256.Create(x);
        Vector256<float> q = Vector256.MultiplyAddEstimate(value, factors, magic) - magic;
        xq = Vector256.MultiplyAddEstimate(value, q, xq);
        qq = Vector256.MultiplyAddEstimate(q, q, qq);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Round(Vector256<float> x) => Vector256.ConvertToInt32(Vector256.Round(x));

    private static int Align(int bytes) => checked(bytes + Alignment - 1) / Alignment * Alignment;
}
