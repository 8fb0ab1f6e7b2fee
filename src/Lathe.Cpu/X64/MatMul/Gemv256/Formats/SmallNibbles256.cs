using Iced.Intel;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>Blocks of 32 with 16 bytes of nibbles, the low ones the first 16 values: two blocks make a vector of low and one of high nibbles.</summary>
internal abstract class SmallNibbles256 : SmallBlocks256
{
    private AssemblerRegisterYMM _mask;

    public override bool SplitsGroups => true;

    /// <summary>Offset of the nibbles in a block.</summary>
    protected abstract int NibblesOffset { get; }

    public override void LoadConstants(FormatEmitter256 code) => _mask = NibbleCode256.LoadMask(code);

    public override void Codes(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int pair, int blocks, AssemblerRegisterYMM first, AssemblerRegisterYMM second)
    {
        LoadPair(code.Assembler, row, pair, blocks, NibblesOffset, first);
        NibbleCode256.Split(code.Assembler, first, second, _mask);
        Finish(code, row, pair, blocks, first, second);
    }

    /// <summary>Makes codes of the nibbles; the arguments are those of <see cref="Codes"/>.</summary>
    protected virtual void Finish(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int pair, int blocks, AssemblerRegisterYMM first, AssemblerRegisterYMM second)
    {
    }
}
