using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles with two more bits, above −32; sixteen 8-bit scales.</summary>
internal readonly unsafe struct Q6_KCodes : IWeightCodes
{
    public static int BlockElements => Q6_K.BlockElements;

    public static int BlockBytes => Q6_K.BlockBytes;

    public static int GroupElements => 16;

    public static bool Signed => false;

    public static int Offset => 32;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part)
    {
        int half = part / 4, row = part % 4;
        Vector256<byte> low = CodeBits.Field(block + (half * 64) + (row % 2 * 32), row / 2 * 4, 15);
        Vector256<ushort> high = Vector256.Load(block + 128 + (half * 32)).AsUInt16();
        high = row < 3 ? high << (4 - (2 * row)) : high >> 2;
        return low | (high.AsByte() & Vector256.Create((byte)0x30));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        Vector256<float> d = Vector256.Create(HalfBits.Read(blocks + 208));
        return new()
        {
            Scales0 = CodeBits.ToSingleSigned(CodeBits.Read<ulong>(blocks + 192)) * d,
            Scales1 = CodeBits.ToSingleSigned(CodeBits.Read<ulong>(blocks + 200)) * d,
        };
    }
}
