using Iced.Intel;

namespace Lathe.Cpu.X64.Attention;

/// <summary>Transposes 16 × 16 values of 32 bits in registers.</summary>
internal static class Transpose
{
    /// <summary>zmm0-15 hold rows and then columns; zmm16-31 are overwritten. 64 shuffles.</summary>
    public static void Emit(Assembler code)
    {
        // Pairs of rows, then fours: afterwards register 4i + c holds column 4l + c of rows 4i to 4i + 3 in its 128-bit lane l.
        for (var i = 0; i < 16; i += 2)
        {
            code.vunpcklps(Zmm(16 + i), Zmm(i), Zmm(i + 1));
            code.vunpckhps(Zmm(17 + i), Zmm(i), Zmm(i + 1));
        }

        for (var i = 0; i < 16; i += 4)
        {
            code.vunpcklpd(Zmm(i), Zmm(16 + i), Zmm(18 + i));
            code.vunpckhpd(Zmm(i + 1), Zmm(16 + i), Zmm(18 + i));
            code.vunpcklpd(Zmm(i + 2), Zmm(17 + i), Zmm(19 + i));
            code.vunpckhpd(Zmm(i + 3), Zmm(17 + i), Zmm(19 + i));
        }

        // A 4 × 4 transposition of the lanes: even ones and odd ones, twice.
        const byte Even = 0x88, Odd = 0xDD;
        for (var c = 0; c < 4; c++)
        {
            for (var half = 0; half < 16; half += 8)
            {
                code.vshuff32x4(Zmm(16 + half + c), Zmm(half + c), Zmm(half + 4 + c), Even);
                code.vshuff32x4(Zmm(20 + half + c), Zmm(half + c), Zmm(half + 4 + c), Odd);
            }
        }

        for (var c = 0; c < 4; c++)
        {
            code.vshuff32x4(Zmm(c), Zmm(16 + c), Zmm(24 + c), Even);
            code.vshuff32x4(Zmm(8 + c), Zmm(16 + c), Zmm(24 + c), Odd);
            code.vshuff32x4(Zmm(4 + c), Zmm(20 + c), Zmm(28 + c), Even);
            code.vshuff32x4(Zmm(12 + c), Zmm(20 + c), Zmm(28 + c), Odd);
        }
    }

    private static AssemblerRegisterZMM Zmm(int number) => new(Register.ZMM0 + number);
}
