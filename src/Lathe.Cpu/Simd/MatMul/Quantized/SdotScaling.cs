using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>The ways in which formats scale the integer products of 256 values.</summary>
internal static unsafe class SdotScaling
{
    /// <summary>A scale of its own for each group of 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(
        Vector128<int> dots0, Vector128<int> dots1, Vector128<float> scales0, Vector128<float> scales1, float* xScales, Vector128<float> sum)
    {
        sum = Vector128.MultiplyAddEstimate(Vector128.ConvertToSingle(dots0), scales0 * *(Vector128<float>*)xScales, sum);
        return Vector128.MultiplyAddEstimate(Vector128.ConvertToSingle(dots1), scales1 * *(Vector128<float>*)(xScales + 4), sum);
    }

    /// <summary>Integer scales of groups of 32 under one factor, in the lowest lane of <paramref name="factor"/>. The integers multiply first: sums of
    /// 32 products of 5 and 8 bits times 6 bits stay below 2^24, so nothing is rounded until the factors of the activations.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add32(
        Vector128<int> dots0, Vector128<int> dots1, Vector128<int> scales0, Vector128<int> scales1, Vector128<float> factor, float* xScales, Vector128<float> sum) =>
        Lanes128.MultiplyAddByLane(sum, Weighted(dots0 * scales0, dots1 * scales1, xScales), factor, 0);

    /// <summary>Integer scales of groups of 16 under one factor. Two groups share a scale of the activations, and their sum is still exact: 32 products
    /// of 32 and 127 times 128 are below 2^24.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add16(
        Vector128<int> dots0,
        Vector128<int> dots1,
        Vector128<int> dots2,
        Vector128<int> dots3,
        Vector128<sbyte> scales,
        Vector128<float> factor,
        float* xScales,
        Vector128<float> sum)
    {
        Vector128<short> low = Vector128.WidenLower(scales), high = Vector128.WidenUpper(scales);
        dots0 *= Vector128.WidenLower(low);
        dots1 *= Vector128.WidenUpper(low);
        dots2 *= Vector128.WidenLower(high);
        dots3 *= Vector128.WidenUpper(high);
        Vector128<float> weighted = Weighted(Lanes128.AddPairwise(dots0, dots1), Lanes128.AddPairwise(dots2, dots3), xScales);
        return Lanes128.MultiplyAddByLane(sum, weighted, factor, 0);
    }

    /// <summary>Integer minima of groups of 32, which are subtracted, under a factor in the second lane of <paramref name="factors"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SubtractMinima(
        Vector128<int> minima0, Vector128<int> minima1, Vector128<float> factors, float* scaledSums, Vector128<float> sum) =>
        Lanes128.MultiplySubtractByLane(sum, Weighted(minima0, minima1, scaledSums), factors, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Weighted(Vector128<int> values0, Vector128<int> values1, float* weights) => Vector128.MultiplyAddEstimate(
        Vector128.ConvertToSingle(values1), *(Vector128<float>*)(weights + 4), Vector128.ConvertToSingle(values0) * *(Vector128<float>*)weights);
}
