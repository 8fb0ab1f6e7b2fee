using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.MatMul.Quantized;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles with a fifth bit, above −16.</summary>
internal readonly unsafe struct Q5_0Codes : ISdotCodes
{
    public static int BlockElements => Q5_0.BlockElements;

    public static int BlockBytes => Q5_0.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int MaxCode => 31;

    public static int Offset => 16;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) =>
        CodeBits.Nibbles(block + 6) | (CodeBits.Mask(CodeBits.Read<uint>(block + 2)) & Vector256.Create((byte)16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks) => new() { Scales0 = HalfLanes.Load8(blocks, BlockBytes) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SdotCodes(byte* blocks, int part, out Vector128<sbyte> first, out Vector128<sbyte> second)
    {
        byte* block = blocks + (part * BlockBytes);

        // Fifth bits that are clear put ones above the nibble: two's complement of the code less 16. The factor and the bits come with the first load.
        Vector128<byte> clear = ~*(Vector128<byte>*)block, packed = *(Vector128<byte>*)(block + 6);
        Vector128<byte> bit = Vector128.Create(0x8040_2010_0804_0201ul).AsByte();
        Vector128<byte> low = Vector128.Shuffle(clear, Vector128.Create((byte)2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3));
        Vector128<byte> high = Vector128.Shuffle(clear, Vector128.Create((byte)4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5));
        first = Lanes128.InsertHighNibbles(packed, Lanes128.Test(low, bit)).AsSByte();
        second = Lanes128.InsertHighNibbles(packed >> 4, Lanes128.Test(high, bit)).AsSByte();
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
