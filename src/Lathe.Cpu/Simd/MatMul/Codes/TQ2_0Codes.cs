using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Bit pairs above −1.</summary>
internal readonly unsafe struct TQ2_0Codes : IWeightCodes
{
    public static int BlockElements => TQ2_0.BlockElements;

    public static int BlockBytes => TQ2_0.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int MaxCode => 3;

    public static int Offset => 1;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) => CodeBits.Field(block + (part / 4 * 32), part % 4 * 2, 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks) => new() { Scales0 = HalfLanes.Broadcast(blocks + 64) };
}
