using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.MatMul.Quantized;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles that look up signed levels; eight 6-bit scales above −32.</summary>
internal readonly unsafe struct IQ4_XSCodes : ISdotCodes
{
    public static int BlockElements => IQ4_XS.BlockElements;

    public static int BlockBytes => IQ4_XS.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => true;

    public static int Offset => 0;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) => CodeBits.Lookup(IQ4_NLCodes.Levels, block + 8 + (part * 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        Vector256<int> low = CodeBits.SpreadNibbles(CodeBits.Read<uint>(blocks + 4));
        Vector256<int> high = CodeBits.SpreadPairs(CodeBits.Read<ushort>(blocks + 2)) << 4;
        return new() { Scales0 = Vector256.ConvertToSingle((low | high) - Vector256.Create(32)) * HalfLanes.Broadcast(blocks) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SdotCodes(byte* block, int part, out Vector128<sbyte> first, out Vector128<sbyte> second) =>
        SdotNibbles.Lookup(IQ4_NLCodes.Levels, block + 8 + (part * 16), out first, out second);

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
        // Words of 16 bits: the byte of two low nibbles, its high one moved down, and under bits 4 and 5 the word of all high pairs, each moved there.
        Vector128<byte> header = *(Vector128<byte>*)blocks;
        Vector128<ushort> low = Lanes128.Shift(
            Vector128.Shuffle(header, Vector128.Create((byte)4, 255, 4, 255, 5, 255, 5, 255, 6, 255, 6, 255, 7, 255, 7, 255)).AsUInt16(),
            Vector128.Create(0, -4, 0, -4, 0, -4, 0, -4));
        Vector128<ushort> high = Lanes128.Shift(
            Vector128.Shuffle(header, Vector128.Create((byte)2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3)).AsUInt16(),
            Vector128.Create(4, 2, 0, -2, -4, -6, -8, -10));
        Vector128<ushort> packed = Vector128.ConditionalSelect(Vector128.Create((ushort)0x30), high, low) & Vector128.Create((ushort)0x3F);
        Vector128<short> scales = packed.AsInt16() - Vector128.Create((short)32);
        return SdotScaling.Add32(
            dots0, dots1, Vector128.WidenLower(scales), Vector128.WidenUpper(scales), SdotFactors.ToSingleLower(header), xScales, sum);
    }
}
