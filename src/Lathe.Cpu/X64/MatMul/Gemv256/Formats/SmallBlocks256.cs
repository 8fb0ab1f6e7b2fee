using Iced.Intel;
using Lathe.Cpu.X64.MatMul.Gemv256.Groups32;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>Types with blocks of 32 values that start with an f16 scale.</summary>
internal abstract class SmallBlocks256 : Groups32Format
{
    public override void Scales(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima)
    {
        var (a, halves) = (code.Assembler, scales.ToXmm());
        a.vpxor(halves, halves, halves);
        for (var block = 0; block < blocks; block++)
        {
            a.vpinsrw(halves, halves, __word_ptr[row + (block * BlockBytes)], (byte)block);
        }

        a.vcvtph2ps(scales, halves);
    }

    /// <summary>Loads 16 bytes from the first block of a pair and from its second one, or zeros if that does not exist.</summary>
    protected void LoadPair(Assembler a, in AssemblerMemoryOperand row, int pair, int blocks, int offset, AssemblerRegisterYMM target)
    {
        var start = row + ((2 * pair * BlockBytes) + offset);
        a.vmovdqu(target.ToXmm(), __xmmword_ptr[start]);
        if ((2 * pair) + 1 < blocks)
        {
            a.vinserti128(target, target, __xmmword_ptr[start + BlockBytes], 1);
        }
    }
}
