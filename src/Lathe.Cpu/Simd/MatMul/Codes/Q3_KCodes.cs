using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Bit pairs with a third bit, above −4; sixteen 6-bit scales above −32.</summary>
internal readonly unsafe struct Q3_KCodes : IWeightCodes
{
    public static int BlockElements => Q3_K.BlockElements;

    public static int BlockBytes => Q3_K.BlockBytes;

    public static int GroupElements => 16;

    public static bool Signed => false;

    public static int MaxCode => 7;

    public static int Offset => 4;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part)
    {
        Vector256<byte> bit = Vector256.Create((byte)(1 << part));
        Vector256<byte> third = Vector256.Equals(Vector256.Load(block) & bit, bit) & Vector256.Create((byte)4);
        return CodeBits.Field(block + 32 + (part / 4 * 32), part % 4 * 2, 3) | third;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        // Scale k: low nibble k / 8 of byte k % 8, upper bits 2·(k / 4).. of byte 8 + k % 4.
        ulong low = CodeBits.Read<ulong>(blocks + 96);
        uint high = CodeBits.Read<uint>(blocks + 104);
        ulong high0 = ((high & 0x0303_0303) << 4) | ((ulong)((high << 2) & 0x3030_3030) << 32);
        ulong high1 = (high & 0x3030_3030) | ((ulong)((high >> 2) & 0x3030_3030) << 32);
        Vector256<float> d = HalfLanes.Broadcast(blocks + 108);
        Vector256<float> offset = Vector256.Create(32f);
        return new()
        {
            Scales0 = (CodeBits.ToSingle((low & 0x0F0F_0F0F_0F0F_0F0F) | high0) - offset) * d,
            Scales1 = (CodeBits.ToSingle(((low >> 4) & 0x0F0F_0F0F_0F0F_0F0F) | high1) - offset) * d,
        };
    }
}
