using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles; a block of 256 has eight 6-bit scales and minima.</summary>
internal readonly unsafe struct Q4_KCodes : IWeightCodes
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
}
