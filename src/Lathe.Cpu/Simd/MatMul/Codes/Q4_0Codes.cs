using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles above −8.</summary>
internal readonly unsafe struct Q4_0Codes : IWeightCodes
{
    public static int BlockElements => Q4_0.BlockElements;

    public static int BlockBytes => Q4_0.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int MaxCode => 15;

    public static int Offset => 8;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) => CodeBits.Nibbles(block + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks) => new() { Scales0 = HalfLanes.Load8(blocks, BlockBytes) };
}
