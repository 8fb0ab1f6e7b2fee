using Iced.Intel;
using Lathe.Formats.Gguf;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>f16 scale @0, signed bytes @2.</summary>
internal sealed class Q8_0Gemv256 : SmallBlocks256
{
    private AssemblerRegisterYMM _signs;

    public override GgmlType Type => GgmlType.Q8_0;

    public override bool Signed => true;

    public override void LoadConstants(FormatEmitter256 code)
    {
        if (code.SignedOffset != 0)
        {
            _signs = code.KeepConstant(code.InMemoryRepeated(checked((byte)code.SignedOffset)));
        }
    }

    public override void Codes(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int pair, int blocks, AssemblerRegisterYMM first, AssemblerRegisterYMM second)
    {
        Block(code, row, 2 * pair, first);
        if ((2 * pair) + 1 < blocks)
        {
            Block(code, row, (2 * pair) + 1, second);
        }
        else
        {
            code.Assembler.vpxor(second, second, second);
        }
    }

    private void Block(FormatEmitter256 code, in AssemblerMemoryOperand row, int block, AssemblerRegisterYMM target)
    {
        var values = __ymmword_ptr[row + ((block * BlockBytes) + 2)];
        if (code.SignedOffset != 0)
        {
            code.Assembler.vpxor(target, _signs, values);
        }
        else
        {
            code.Assembler.vmovdqu(target, values);
        }
    }
}
