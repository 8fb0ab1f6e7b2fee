using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles that look up signed levels.</summary>
internal readonly unsafe struct IQ4_NLCodes : IWeightCodes
{
    public static int BlockElements => IQ4_NL.BlockElements;

    public static int BlockBytes => IQ4_NL.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => true;

    public static int Offset => 0;

    public static bool HasMinima => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) => CodeBits.Lookup(Levels, block + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks) => new() { Scales0 = HalfLanes.Load8(blocks, BlockBytes) };

    /// <summary><see cref="IQ4_NL.Levels"/> as a constant that the JIT keeps in a register.</summary>
    internal static Vector128<sbyte> Levels
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((sbyte)-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);
    }
}
