using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.MatMul.Quantized;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles that look up signed levels.</summary>
internal readonly unsafe struct IQ4_NLCodes : ISdotCodes
{
    public static int BlockElements => IQ4_NL.BlockElements;

    public static int BlockBytes => IQ4_NL.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => true;

    public static int Offset => 0;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) => CodeBits.Lookup(Levels, block + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks) => new() { Scales0 = HalfLanes.Load8(blocks, BlockBytes) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SdotCodes(byte* blocks, int part, out Vector128<sbyte> first, out Vector128<sbyte> second) =>
        SdotNibbles.Lookup(Levels, blocks + (part * BlockBytes) + 2, out first, out second);

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

    /// <summary><see cref="IQ4_NL.Levels"/> as a constant that the JIT keeps in a register.</summary>
    internal static Vector128<sbyte> Levels
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((sbyte)-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);
    }
}
