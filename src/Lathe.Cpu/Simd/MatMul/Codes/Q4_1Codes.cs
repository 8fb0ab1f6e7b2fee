using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles with a minimum.</summary>
internal readonly unsafe struct Q4_1Codes : IWeightCodes
{
    public static int BlockElements => Q4_1.BlockElements;

    public static int BlockBytes => Q4_1.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int MaxCode => 15;

    public static int Offset => 0;

    public static bool HasMinima => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) => CodeBits.Nibbles(block + 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        return new()
        {
            Scales0 = HalfLanes.Load8(blocks, BlockBytes),
            Minima0 = HalfLanes.Load8(blocks + 2, BlockBytes),
        };
    }
}
