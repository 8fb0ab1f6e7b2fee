using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>Writes the conversion of f16 factors of a block.</summary>
internal static class HalfCode256
{
    /// <summary>One factor to all lanes.</summary>
    public static void Broadcast(Assembler a, in AssemblerMemoryOperand half, AssemblerRegisterYMM target)
    {
        a.vpbroadcastw(target.ToXmm(), __word_ptr[half]);
        a.vcvtph2ps(target, target.ToXmm());
    }

    /// <summary>Multiplies scales by the first and minima by the second of two factors that stand side by side.</summary>
    public static void MultiplyByPair(
        Assembler a, in AssemblerMemoryOperand halves, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima)
    {
        var (factors, minimumFactors) = (FormatEmitter256.Temporary0, FormatEmitter256.Temporary1);
        a.vpbroadcastd(factors.ToXmm(), __dword_ptr[halves]);
        a.vcvtph2ps(factors, factors.ToXmm());
        a.vmovshdup(minimumFactors, factors);
        a.vmovsldup(factors, factors);
        a.vmulps(scales, scales, factors);
        a.vmulps(minima, minima, minimumFactors);
    }
}
