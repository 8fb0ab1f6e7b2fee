using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lathe.Cpu.Simd.MatMul.Dot;

/// <summary>vpdpbusd: unsigned codes of the full byte range, so signed ones are offset into it.</summary>
internal readonly struct AvxVnniDot : IDotProduct
{
    public static int SignedOffset => 128;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddUnsigned(Vector256<int> accumulator, Vector256<byte> codes, Vector256<sbyte> x) =>
        AvxVnni.MultiplyWideningAndAdd(accumulator, codes, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddSigned(Vector256<int> accumulator, Vector256<byte> codes, Vector256<sbyte> x) =>
        AvxVnni.MultiplyWideningAndAdd(accumulator, codes, x);
}
