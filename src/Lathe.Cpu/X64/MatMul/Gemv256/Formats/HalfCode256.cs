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

    /// <summary>Two factors that stand side by side, each to all lanes of a vector.</summary>
    public static void BroadcastPair(Assembler a, in AssemblerMemoryOperand halves, AssemblerRegisterYMM first, AssemblerRegisterYMM second)
    {
        a.vpbroadcastd(first.ToXmm(), __dword_ptr[halves]);
        a.vcvtph2ps(first, first.ToXmm());
        a.vmovshdup(second, first);
        a.vmovsldup(first, first);
    }
}
