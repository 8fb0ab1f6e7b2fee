using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles with a fifth bit; scales and minima as in Q4_K.</summary>
internal readonly unsafe struct Q5_KCodes : IWeightCodes
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
}
