using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.MatMul.Quantized;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Signed bytes.</summary>
internal readonly unsafe struct Q8_0Codes : ISdotCodes
{
    public static int BlockElements => Q8_0.BlockElements;

    public static int BlockBytes => Q8_0.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => true;

    public static int Offset => 0;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) => Vector256.Load(block + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks) => new() { Scales0 = HalfLanes.Load8(blocks, BlockBytes) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SdotCodes(byte* blocks, int part, out Vector128<sbyte> first, out Vector128<sbyte> second)
    {
        byte* block = blocks + (part * BlockBytes);
        first = *(Vector128<sbyte>*)(block + 2);
        second = *(Vector128<sbyte>*)(block + 18);
    }

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
        Vector128<float> sum) => SdotScaling.Add(
        dots0, dots1, SdotFactors.Load4(blocks, BlockBytes), SdotFactors.Load4(blocks + (4 * BlockBytes), BlockBytes), xScales, sum);
}
