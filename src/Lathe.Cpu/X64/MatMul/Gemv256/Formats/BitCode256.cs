using Iced.Intel;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>Writes the addition of a bit that stands apart from the rest of a code.</summary>
internal static class BitCode256
{
    /// <summary>Moves bit <paramref name="from"/> of each byte to bit <paramref name="to"/>, which <paramref name="mask"/> has, and adds it to the codes.
    /// Three instructions, or two if it is in place.</summary>
    public static void Add(Assembler a, AssemblerRegisterYMM bits, int from, int to, AssemblerRegisterYMM mask, AssemblerRegisterYMM codes)
    {
        var moved = FormatEmitter256.Temporary1;
        if (from < to)
        {
            a.vpsllw(moved, bits, (byte)(to - from));
        }
        else if (from > to)
        {
            a.vpsrlw(moved, bits, (byte)(from - to));
        }

        a.vpand(moved, from == to ? bits : moved, mask);
        a.vpor(codes, codes, moved);
    }
}
