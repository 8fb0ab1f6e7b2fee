using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles with a fifth bit, above −16.</summary>
internal readonly unsafe struct Q5_0Codes : IWeightCodes
{
    public static int BlockElements => Q5_0.BlockElements;

    public static int BlockBytes => Q5_0.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int MaxCode => 31;

    public static int Offset => 16;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) =>
        CodeBits.Nibbles(block + 6) | (CodeBits.Mask(CodeBits.Read<uint>(block + 2)) & Vector256.Create((byte)16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks) => new() { Scales0 = HalfLanes.Load8(blocks, BlockBytes) };
}
