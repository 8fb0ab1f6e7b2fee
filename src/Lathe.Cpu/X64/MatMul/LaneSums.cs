using Iced.Intel;

namespace Lathe.Cpu.X64.MatMul;

/// <summary>Writes the sums of four vectors over their lanes.</summary>
internal static class LaneSums
{
    /// <param name="code">Where to.</param>
    /// <param name="vectors">Four of the registers zmm0-15, which do not keep their values.</param>
    /// <param name="scratch">A register to work with.</param>
    /// <returns>The four sums side by side.</returns>
    public static AssemblerRegisterXMM Emit(Assembler code, AssemblerRegisterZMM[] vectors, AssemblerRegisterZMM scratch)
    {
        AssemblerRegisterYMM[] halves = [.. vectors.Select(vector => vector.ToYmm())];
        for (var i = 0; i < vectors.Length; i++)
        {
            code.vextractf64x4(scratch.ToYmm(), vectors[i], 1);
            code.vaddps(halves[i], halves[i], scratch.ToYmm());
        }

        code.vhaddps(halves[0], halves[0], halves[1]);
        code.vhaddps(halves[2], halves[2], halves[3]);
        code.vhaddps(halves[0], halves[0], halves[2]);
        var (sums, upper) = (vectors[0].ToXmm(), vectors[1].ToXmm());
        code.vextractf128(upper, halves[0], 1);
        code.vaddps(sums, sums, upper);
        return sums;
    }
}
