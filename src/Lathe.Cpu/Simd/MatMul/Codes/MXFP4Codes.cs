using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.MatMul.Quantized;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles that look up doubled E2M1 values above −16.</summary>
internal readonly unsafe struct MXFP4Codes : ISdotCodes
{
    public static int BlockElements => MXFP4.BlockElements;

    public static int BlockBytes => MXFP4.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int MaxCode => 28;

    public static int Offset => 16;

    public static bool HasMinima => false;

    public static bool HasWideScales => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) => CodeBits.Lookup(Levels, block + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        // The scale is 2^(e − 128): exponents 0 and 1 give binary32 subnormals, see MXFP4.HalfScale.
        Vector256<int> exponents = Vector256.Create(
            blocks[0],
            blocks[BlockBytes],
            blocks[2 * BlockBytes],
            blocks[3 * BlockBytes],
            blocks[4 * BlockBytes],
            blocks[5 * BlockBytes],
            blocks[6 * BlockBytes],
            blocks[7 * BlockBytes]);
        Vector256<int> tiny = Vector256.LessThan(exponents, Vector256.Create(2));
        Vector256<int> subnormal = Vector256.Create(0x0020_0000) + (exponents << 21);
        return new() { Scales0 = Vector256.ConditionalSelect(tiny, subnormal, (exponents - Vector256<int>.One) << 23).AsSingle() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SdotCodes(byte* blocks, int part, out Vector128<sbyte> first, out Vector128<sbyte> second) =>
        SdotNibbles.Lookup(SignedLevels, blocks + (part * BlockBytes) + 1, out first, out second);

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
        SdotScaling.Add(dots0, dots1, SdotScales(blocks), SdotScales(blocks + (4 * BlockBytes)), xScales, sum);

    /// <summary>2^(e − 128) of four blocks: half of what has e as its exponent, which is right for 1, too, but not for 0 and 255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> SdotScales(byte* blocks)
    {
        Vector128<float> halved = (SdotFactors.LoadBytes4(blocks, BlockBytes) >> 1).AsSingle() * Vector128.Create(0.5f);
        return Vector128.Min(Vector128.Max(halved, Vector128.Create(0x0020_0000u).AsSingle()), Vector128.Create(0x7F00_0000u).AsSingle());
    }

    /// <summary><see cref="MXFP4.DoubledE2M1"/> + 16 as a constant that the JIT keeps in a register.</summary>
    private static Vector128<sbyte> Levels
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((sbyte)16, 17, 18, 19, 20, 22, 24, 28, 16, 15, 14, 13, 12, 10, 8, 4);
    }

    /// <summary><see cref="MXFP4.DoubledE2M1"/>, for products that take signs.</summary>
    private static Vector128<sbyte> SignedLevels
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);
    }
}
