using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Signs of codebook magnitudes.</summary>
internal static class GridCodes
{
    /// <summary>Magnitude i, negated where bit i of <paramref name="signs"/> is set, plus <paramref name="offset"/>: an unsigned code. An offset of
    /// the magnitudes' own size loses fewer bits to cancellation than the 128 that a signed code would be given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Signed(int offset, Vector256<byte> magnitudes, uint signs)
    {
        Vector256<byte> negative = CodeBits.Mask(signs);
        return (magnitudes ^ negative) - negative + Vector256.Create((byte)offset);
    }

    /// <summary>Four sets of seven signs, 7 bits each, to four bytes: the eighth sign makes the number of minus signs even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint WithParity(uint sevens)
    {
        uint signs = (sevens & 0x7F) | ((sevens & 0x3F80) << 1) | ((sevens & 0x1F_C000) << 2) | ((sevens & 0xFE0_0000) << 3);
        uint parity = signs ^ (signs >> 4);
        parity ^= parity >> 2;
        parity ^= parity >> 1;
        return signs | ((parity & 0x0101_0101) << 7);
    }
}
