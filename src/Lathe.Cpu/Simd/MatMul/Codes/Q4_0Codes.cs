using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.MatMul.Quantized;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles above −8.</summary>
internal readonly unsafe struct Q4_0Codes : ISdotCodes
{
    public static int BlockElements => Q4_0.BlockElements;

    public static int BlockBytes => Q4_0.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int MaxCode => 15;

    public static int Offset => 8;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) => CodeBits.Nibbles(block + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks) => new() { Scales0 = HalfLanes.Load8(blocks, BlockBytes) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SdotCodes(byte* blocks, int part, out Vector128<sbyte> first, out Vector128<sbyte> second) =>
        SdotNibbles.Codes(blocks + (part * BlockBytes) + 2, out first, out second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddScaled(
        byte* blocks,
        Vector128<int> dots0,
        Vector128<int> dots1,
        Vector128<int> dots2,
        Vector128<int> dots3,
        float* xScales,
        int* negatedSums,
        float* xSums,
        Vector128<float> sum)
    {
        Vector128<int> offset = Vector128.Create(8);
        return SdotScaling.Add(
            Lanes128.MultiplyAdd(dots0, *(Vector128<int>*)negatedSums, offset),
            Lanes128.MultiplyAdd(dots1, *(Vector128<int>*)(negatedSums + 4), offset),
            SdotFactors.Load4(blocks, BlockBytes),
            SdotFactors.Load4(blocks + (4 * BlockBytes), BlockBytes),
            xScales,
            sum);
    }
}
