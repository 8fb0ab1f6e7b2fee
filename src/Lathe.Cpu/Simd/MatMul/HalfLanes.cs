using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lathe.Cpu.Simd.MatMul;

/// <summary>binary16 to binary32 in lanes, by integer arithmetic: .NET has no intrinsic for the processors' own conversion.</summary>
/// <remarks>Exact for zeros, subnormals and normals; infinity and NaN, which no valid weight file holds, come out as numbers of 65536 and above.
/// A half's exponent and mantissa land in place by a shift of 13; its exponent then needs 127 − 15 added. Subnormals have no implied leading one:
/// they get the exponent of 2⁻¹⁴, which implies one, and 2⁻¹⁴ subtracted. No step computes with a binary32 subnormal, which would be slow.</remarks>
internal static unsafe class HalfLanes
{
    private const uint Rebias = (127 - 15) << 23;
    private const uint LeastNormal = 1 << 23;
    private const uint SubnormalBase = (127 - 14) << 23;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToSingle(Vector256<uint> bits)
    {
        Vector256<uint> magnitude = (bits & Vector256.Create(0x7FFFu)) << 13;
        Vector256<uint> subnormal = Vector256.LessThan(magnitude.AsInt32(), Vector256.Create((int)LeastNormal)).AsUInt32();
        Vector256<uint> rebased = magnitude + Vector256.Create(Rebias) + (subnormal & Vector256.Create(LeastNormal));
        Vector256<float> value = rebased.AsSingle() - (subnormal & Vector256.Create(SubnormalBase)).AsSingle();
        return (value.AsUInt32() | ((bits & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ToSingle(Vector512<uint> bits)
    {
        Vector512<uint> magnitude = (bits & Vector512.Create(0x7FFFu)) << 13;
        Vector512<uint> subnormal = Vector512.LessThan(magnitude, Vector512.Create(LeastNormal));
        Vector512<uint> rebased = magnitude + Vector512.Create(Rebias) + (subnormal & Vector512.Create(LeastNormal));
        Vector512<float> value = rebased.AsSingle() - (subnormal & Vector512.Create(SubnormalBase)).AsSingle();
        return (value.AsUInt32() | ((bits & Vector512.Create(0x8000u)) << 16)).AsSingle();
    }

    /// <summary>Eight halves, <paramref name="stride"/> bytes apart: the scales of eight consecutive blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load8(byte* first, int stride) => ToSingle(Vector256.WidenLower(Vector128.Create(
        Read(first),
        Read(first + stride),
        Read(first + (2 * stride)),
        Read(first + (3 * stride)),
        Read(first + (4 * stride)),
        Read(first + (5 * stride)),
        Read(first + (6 * stride)),
        Read(first + (7 * stride))).ToVector256Unsafe()));

    /// <summary>One half in all lanes, from the table: cheaper than converting where there are only one or two per 256 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(byte* half) => Vector256.Create(HalfTable.Values[Read(half)]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort Read(byte* half) => Unsafe.ReadUnaligned<ushort>(half);
}
