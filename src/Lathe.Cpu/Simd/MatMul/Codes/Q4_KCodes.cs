using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles; a block of 256 has eight 6-bit scales and minima.</summary>
internal readonly unsafe struct Q4_KCodes : ISdotCodes
{
    public static int BlockElements => Q4_K.BlockElements;

    public static int BlockBytes => Q4_K.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int MaxCode => 15;

    public static int Offset => 0;

    public static bool HasMinima => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) => CodeBits.Field(block + 16 + (part / 2 * 32), part % 2 * 4, 15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks) => KGroupScales.Read(blocks, blocks + 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SdotCodes(byte* block, int part, out Vector128<sbyte> first, out Vector128<sbyte> second)
    {
        byte* source = block + 16 + (part / 2 * 32);
        first = SdotNibbles.Field(source, part % 2 * 4).AsSByte();
        second = SdotNibbles.Field(source + 16, part % 2 * 4).AsSByte();
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
        Vector128<float> sum) =>
        KSdotScales.AddScaled(blocks, dots0, dots1, xScales, xSums, sum);
}
