using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles with a fifth bit; scales and minima as in Q4_K.</summary>
internal readonly unsafe struct Q5_KCodes : ISdotCodes
{
    public static int BlockElements => Q5_K.BlockElements;

    public static int BlockBytes => Q5_K.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int MaxCode => 31;

    public static int Offset => 0;

    public static bool HasMinima => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part)
    {
        Vector256<byte> fifth = Vector256.Equals(Vector256.Load(block + 16) & Vector256.Create((byte)(1 << part)), Vector256<byte>.Zero);
        return CodeBits.Field(block + 48 + (part / 2 * 32), part % 2 * 4, 15) | Vector256.AndNot(Vector256.Create((byte)16), fifth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks) => KGroupScales.Read(blocks, blocks + 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SdotCodes(byte* block, int part, out Vector128<sbyte> first, out Vector128<sbyte> second)
    {
        byte* source = block + 48 + (part / 2 * 32);
        first = SdotCode(source, block + 16, part);
        second = SdotCode(source + 16, block + 32, part);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> SdotCode(byte* nibbles, byte* fifth, int part)
    {
        Vector128<byte> bits = *(Vector128<byte>*)fifth;
        bits = part <= 4 ? bits << (4 - part) : bits >> (part - 4);
        return Vector128.ConditionalSelect(Vector128.Create((byte)16), bits, SdotNibbles.Field(nibbles, part % 2 * 4)).AsSByte();
    }
}
