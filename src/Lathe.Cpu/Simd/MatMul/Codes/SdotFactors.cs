using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>The factors of blocks in registers of 128 bits.</summary>
/// <remarks>A half in the upper 16 bits of a lane becomes binary32 by an arithmetic shift of 3, which puts exponent and mantissa in their places and
/// copies of the sign above them; all copies but the sign itself are cleared, and a product with 2^112 makes up for the exponents' biases. The product
/// also gives subnormals their value: .NET leaves subnormal operands on, which ARM processors compute with as fast as with others. Infinity and NaN,
/// which no valid weight file holds, come out as numbers of 65536 and above.</remarks>
internal static unsafe class SdotFactors
{
    /// <summary>The halves at the start of four blocks, <paramref name="stride"/> bytes apart, at least 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load4(byte* first, int stride)
    {
        if (AdvSimd.Arm64.IsSupported)
        {
            // The blocks' first 16 bytes each are a table of 64; bytes from beyond it are zero.
            return ToSingle(AdvSimd.Arm64.VectorTableLookup(
                Starts(first, stride),
                Vector128.Create((byte)255, 255, 0, 1, 255, 255, 16, 17, 255, 255, 32, 33, 255, 255, 48, 49)).AsInt32());
        }

        return ToSingle(Vector128.Create(Half(first), Half(first + stride), Half(first + (2 * stride)), Half(first + (3 * stride))) << 16);
    }

    /// <summary>The first bytes of four blocks, as the highest byte of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> LoadBytes4(byte* first, int stride)
    {
        if (AdvSimd.Arm64.IsSupported)
        {
            return AdvSimd.Arm64.VectorTableLookup(
                Starts(first, stride),
                Vector128.Create((byte)255, 255, 255, 0, 255, 255, 255, 16, 255, 255, 255, 32, 255, 255, 255, 48)).AsUInt32();
        }

        return Vector128.Create(first[0], first[stride], first[2 * stride], (uint)first[3 * stride]) << 24;
    }

    /// <summary>The four halves in the lower half of a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ToSingleLower(Vector128<byte> halves) => AdvSimd.IsSupported
        ? Rebias(AdvSimd.ShiftLeftLogicalWideningLower(halves.GetLower().AsInt16(), 13))
        : Rebias(Vector128.WidenLower(halves.AsInt16()) << 13);

    /// <summary>Halves in the upper 16 bits of each lane; the lower ones are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ToSingle(Vector128<int> halves) => Rebias(halves >> 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Rebias(Vector128<int> shifted) =>
        (shifted & Vector128.Create(unchecked((int)0x8FFF_FFFF))).AsSingle() * Vector128.Create(5.192296858534828e33f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<byte>, Vector128<byte>, Vector128<byte>, Vector128<byte>) Starts(byte* first, int stride) => (
        *(Vector128<byte>*)first,
        *(Vector128<byte>*)(first + stride),
        *(Vector128<byte>*)(first + (2 * stride)),
        *(Vector128<byte>*)(first + (3 * stride)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Half(byte* source) => CodeBits.Read<ushort>(source);
}
