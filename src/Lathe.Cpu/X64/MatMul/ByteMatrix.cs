namespace Lathe.Cpu.X64.MatMul;

/// <summary>Matrices of 8 by 8 bits for <c>vgf2p8affineqb</c>, with which one instruction shifts and masks bytes.</summary>
internal static class ByteMatrix
{
    /// <summary>The matrix that takes <paramref name="count"/> bits from <paramref name="from"/> on to <paramref name="to"/> on; all others become zero.</summary>
    /// <remarks>Bit i of a result is the parity of the byte under the matrix' byte 7 − i.</remarks>
    public static ulong Move(int from, int to, int count)
    {
        var matrix = 0UL;
        for (var bit = 0; bit < count; bit++)
        {
            matrix |= 1UL << ((8 * (7 - (to + bit))) + from + bit);
        }

        return matrix;
    }
}
