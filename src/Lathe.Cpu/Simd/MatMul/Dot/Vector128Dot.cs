using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Lathe.Cpu.Simd.MatMul.Dot;

/// <summary>Signed 8-bit products in 128-bit halves: sdot on ARM, 16-bit arithmetic elsewhere.</summary>
internal readonly struct Vector128Dot : IDotProduct
{
    public static int SignedOffset => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddUnsigned(Vector256<int> accumulator, Vector256<byte> codes, Vector256<sbyte> x) =>
        AddSigned(accumulator, codes, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddSigned(Vector256<int> accumulator, Vector256<byte> codes, Vector256<sbyte> x) => Vector256.Create(
        Add(accumulator.GetLower(), codes.GetLower().AsSByte(), x.GetLower()),
        Add(accumulator.GetUpper(), codes.GetUpper().AsSByte(), x.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Add(Vector128<int> accumulator, Vector128<sbyte> codes, Vector128<sbyte> x)
    {
        if (Dp.IsSupported)
        {
            return Dp.DotProduct(accumulator, codes, x);
        }

        // Even and odd bytes widened in place: two products of at most 128·127 each fit a 16-bit sum, two such sums do not.
        Vector128<short> evenCodes = (codes.AsInt16() << 8) >> 8, oddCodes = codes.AsInt16() >> 8;
        Vector128<short> evenX = (x.AsInt16() << 8) >> 8, oddX = x.AsInt16() >> 8;
        Vector128<int> pairs = ((evenCodes * evenX) + (oddCodes * oddX)).AsInt32();
        return accumulator + ((pairs << 16) >> 16) + (pairs >> 16);
    }
}
