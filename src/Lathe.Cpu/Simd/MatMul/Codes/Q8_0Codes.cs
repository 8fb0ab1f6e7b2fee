using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Signed bytes.</summary>
internal readonly unsafe struct Q8_0Codes : IWeightCodes
{
    public static int BlockElements => Q8_0.BlockElements;

    public static int BlockBytes => Q8_0.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => true;

    public static int Offset => 0;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) => Vector256.Load(block + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks) => new() { Scales0 = HalfLanes.Load8(blocks, BlockBytes) };
}
