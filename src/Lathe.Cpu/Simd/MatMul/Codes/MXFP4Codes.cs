using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Nibbles that look up doubled E2M1 values above −16.</summary>
internal readonly unsafe struct MXFP4Codes : IWeightCodes
{
    public static int BlockElements => MXFP4.BlockElements;

    public static int BlockBytes => MXFP4.BlockBytes;

    public static int GroupElements => 32;

    public static bool Signed => false;

    public static int MaxCode => 28;

    public static int Offset => 16;

    public static bool HasMinima => false;

    public static bool HasWideScales => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int part) => CodeBits.Lookup(Levels, block + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GroupScales Scales(byte* blocks)
    {
        // The scale is 2^(e − 128): exponents 0 and 1 give binary32 subnormals, see MXFP4.HalfScale.
        Vector256<int> exponents = Vector256.Create(
            blocks[0],
            blocks[BlockBytes],
            blocks[2 * BlockBytes],
            blocks[3 * BlockBytes],
            blocks[4 * BlockBytes],
            blocks[5 * BlockBytes],
            blocks[6 * BlockBytes],
            blocks[7 * BlockBytes]);
        Vector256<int> tiny = Vector256.LessThan(exponents, Vector256.Create(2));
        Vector256<int> subnormal = Vector256.Create(0x0020_0000) + (exponents << 21);
        return new() { Scales0 = Vector256.ConditionalSelect(tiny, subnormal, (exponents - Vector256<int>.One) << 23).AsSingle() };
    }

    /// <summary><see cref="MXFP4.DoubledE2M1"/> + 16 as a constant that the JIT keeps in a register.</summary>
    private static Vector128<sbyte> Levels
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((sbyte)16, 17, 18, 19, 20, 22, 24, 28, 16, 15, 14, 13, 12, 10, 8, 4);
    }
}
