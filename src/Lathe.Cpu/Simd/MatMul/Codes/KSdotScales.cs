using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.MatMul.Quantized;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>The scales and minima of Q4_K and Q5_K in the 16 bytes at the start of a block: two f16 factors, then words w0, w1, w2.</summary>
/// <remarks>Scales 0..3 are the low six bits of w0's bytes, minima 0..3 those of w1's. Scales 4..7 have their low four bits in w2's low nibbles and two
/// more on top of w0's bytes; minima 4..7 have w2's high nibbles and the top of w1's bytes.</remarks>
internal static unsafe class KSdotScales
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddScaled(
        byte* block, Vector128<int> dots0, Vector128<int> dots1, float* xScales, float* xSums, Vector128<float> sum)
    {
        Vector128<byte> header = *(Vector128<byte>*)block;
        Vector128<float> factors = SdotFactors.ToSingleLower(header);

        // Words w0, w1, w2, w2 / 16 over words whose upper half has the top bits from w0 and w1: scales, minima, scales, minima.
        Vector128<byte> low = Lanes128.Shift(
            Vector128.Shuffle(header, Vector128.Create((byte)4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15)),
            Vector128.Create(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -4, -4, -4, -4));
        Vector128<byte> high = Lanes128.RotateWords(header) >> 2;
        Vector128<byte> packed = Vector128.ConditionalSelect(Vector128.Create(0ul, 0x3030_3030_3030_3030).AsByte(), high, low)
            & Vector128.Create((byte)0x3F);
        Vector128<short> first = Vector128.WidenLower(packed).AsInt16(), second = Vector128.WidenUpper(packed).AsInt16();
        sum = SdotScaling.Add32(dots0, dots1, Vector128.WidenLower(first), Vector128.WidenLower(second), factors, xScales, sum);
        return SdotScaling.SubtractMinima(Vector128.WidenUpper(first), Vector128.WidenUpper(second), factors, xSums, sum);
    }
}
