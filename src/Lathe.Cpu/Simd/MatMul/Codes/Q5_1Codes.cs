using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles with a fifth bit and a minimum.</summary>
internal readonly unsafe struct Q5_1Codes : IWeightCodes
{
    public static int BlockElements => Q5_1.BlockElements;

    public static int BlockBytes => Q5_1.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int MaxCode => 31;

    public static int Offset => 0;

    public static bool HasMinima => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) =>
        CodeBits.Nibbles(block + 8) | (CodeBits.Mask(CodeBits.Read<uint>(block + 4)) & Vector256.Create((byte)16));

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
