using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Bit pairs; sixteen 4-bit scales and minima.</summary>
internal readonly unsafe struct Q2_KCodes : IWeightCodes
{
    public static int BlockElements => Q2_K.BlockElements;

    public static int BlockBytes => Q2_K.BlockBytes;

    public static int GroupElements => 16;

    public static bool Signed => false;

    public static int MaxCode => 3;

    public static int Offset => 0;

    public static bool HasMinima => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) => CodeBits.Field(block + 16 + (part / 4 * 32), part % 4 * 2, 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        ulong packed0 = CodeBits.Read<ulong>(blocks), packed1 = CodeBits.Read<ulong>(blocks + 8);
        Vector256<float> d = HalfLanes.Broadcast(blocks + 80), m = HalfLanes.Broadcast(blocks + 80 + 2);
        m = -m;
        return new()
        {
            Scales0 = CodeBits.ToSingle(packed0 & 0x0F0F_0F0F_0F0F_0F0F) * d,
            Scales1 = CodeBits.ToSingle(packed1 & 0x0F0F_0F0F_0F0F_0F0F) * d,
            Minima0 = CodeBits.ToSingle((packed0 >> 4) & 0x0F0F_0F0F_0F0F_0F0F) * m,
            Minima1 = CodeBits.ToSingle((packed1 >> 4) & 0x0F0F_0F0F_0F0F_0F0F) * m,
        };
    }
}
