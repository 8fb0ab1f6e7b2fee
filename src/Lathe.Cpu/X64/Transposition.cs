using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64;

/// <summary>Writes the transposition of sixteen vectors of sixteen 32-bit values: zmm0-15 become their columns in <see cref="Column"/>; zmm16-31 are used.</summary>
/// <remarks>Two rounds within the 128-bit quarters bring four rows together, two rounds of whole quarters the rest: 64 shuffles.</remarks>
internal static class Transposition
{
    private const byte EvenQuarters = 0x88;
    private const byte OddQuarters = 0xdd;

    /// <summary>The register that holds a column afterwards.</summary>
    public static AssemblerRegisterZMM Column(int column) => Zmm(column);

    public static void Emit(Assembler a)
    {
        // Rows 4q..4q+3: quarter L of vector 4q + j is column 4L + j of the four.
        for (var q = 0; q < 16; q += 4)
        {
            var (r0, r1, r2, r3) = (Zmm(q), Zmm(q + 1), Zmm(q + 2), Zmm(q + 3));
            var (t0, t1, t2, t3) = (Zmm(16 + q), Zmm(17 + q), Zmm(18 + q), Zmm(19 + q));
            a.vunpcklps(t0, r0, r1);
            a.vunpckhps(t1, r0, r1);
            a.vunpcklps(t2, r2, r3);
            a.vunpckhps(t3, r2, r3);
            a.vunpcklpd(r0, t0, t2);
            a.vunpckhpd(r1, t0, t2);
            a.vunpcklpd(r2, t1, t3);
            a.vunpckhpd(r3, t1, t3);
        }

        for (var j = 0; j < 4; j++)
        {
            var (u0, u1, u2, u3) = (Zmm(j), Zmm(4 + j), Zmm(8 + j), Zmm(12 + j));
            var (even0, odd0, even1, odd1) = (zmm16, zmm17, zmm18, zmm19);
            a.vshuff32x4(even0, u0, u1, EvenQuarters);
            a.vshuff32x4(odd0, u0, u1, OddQuarters);
            a.vshuff32x4(even1, u2, u3, EvenQuarters);
            a.vshuff32x4(odd1, u2, u3, OddQuarters);
            a.vshuff32x4(u0, even0, even1, EvenQuarters);
            a.vshuff32x4(u1, odd0, odd1, EvenQuarters);
            a.vshuff32x4(u2, even0, even1, OddQuarters);
            a.vshuff32x4(u3, odd0, odd1, OddQuarters);
        }
    }

    private static AssemblerRegisterZMM Zmm(int number) => new(Register.ZMM0 + number);
}
