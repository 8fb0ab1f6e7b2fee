using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lathe.Cpu.Simd.MatMul.Dot;

/// <summary>vpmaddubsw and vpmaddwd. The first adds pairs of unsigned·signed products with 16-bit saturation: 2·127·127 stays below it, and so does
/// 2·128·127, the most that magnitudes of signed codes give once their signs have moved to x.</summary>
internal readonly struct Avx2Dot : IDotProduct
{
    public static int SignedOffset => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddUnsigned(Vector256<int> accumulator, Vector256<byte> codes, Vector256<sbyte> x) =>
        accumulator + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(codes, x), Vector256<short>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddSigned(Vector256<int> accumulator, Vector256<byte> codes, Vector256<sbyte> x) =>
        AddUnsigned(accumulator, Avx2.Abs(codes.AsSByte()), Avx2.Sign(x, codes.AsSByte()));
}
