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

    public static int MaxCode => 63;

    public static int Offset => 32;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part)
    {
        // Shift counts stay expressions of the argument: the JIT makes them immediates only if they are constant from the start.
        Vector256<byte> low = CodeBits.Field(block + (part / 4 * 64) + (part % 2 * 32), part % 4 / 2 * 4, 15);
        Vector256<ushort> high = Vector256.Load(block + 128 + (part / 4 * 32)).AsUInt16();
        high = part % 4 < 3 ? high << (4 - (part % 4 * 2)) : high >> 2;
        return low | (high.AsByte() & Vector256.Create((byte)0x30));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        Vector256<float> d = HalfLanes.Broadcast(blocks + 208);
        return new()
        {
            Scales0 = CodeBits.ToSingleSigned(CodeBits.Read<ulong>(blocks + 192)) * d,
            Scales1 = CodeBits.ToSingleSigned(CodeBits.Read<ulong>(blocks + 200)) * d,
        };
    }
}
