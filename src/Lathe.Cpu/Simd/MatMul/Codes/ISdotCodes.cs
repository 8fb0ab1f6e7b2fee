using System.Runtime.Intrinsics;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>A block format as signed products of 128 bits take it: codes as two's complement bytes in two registers, scaling of whole sums.</summary>
/// <remarks>Everything is said in 128 bits: on ARM the JIT makes two operations and an inlined call of each one of 256, and stops inlining in methods
/// of many of them.</remarks>
internal unsafe interface ISdotCodes : IWeightCodes
{
    /// <summary>The codes of 32 consecutive values: part <paramref name="part"/> (0..7) of one block of 256, or block of 32.</summary>
    static abstract void SdotCodes(byte* blocks, int part, out Vector128<sbyte> first, out Vector128<sbyte> second);

    /// <summary>Scales the products of 256 values and adds them to <paramref name="sum"/>, in any lanes.</summary>
    /// <param name="blocks">The blocks of the values.</param>
    /// <param name="dots0">Σcode·x of the first four groups, a lane to each.</param>
    /// <param name="dots1">Those of the next four.</param>
    /// <param name="dots2">The next, if groups are of 16 values.</param>
    /// <param name="dots3">The last, if groups are of 16 values.</param>
    /// <param name="xScales">Scales of the activations per 32.</param>
    /// <param name="negatedSums">−Σx of the activations' codes per group, which take offsets out of the products.</param>
    /// <param name="xSums">Scaled sums of the activations per group.</param>
    /// <param name="sum">What is added to.</param>
    static abstract Vector128<float> AddScaled(
        byte* blocks,
        Vector128<int> dots0,
        Vector128<int> dots1,
        Vector128<int> dots2,
        Vector128<int> dots3,
        float* xScales,
        int* negatedSums,
        float* xSums,
        Vector128<float> sum);
}
