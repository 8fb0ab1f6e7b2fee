using Iced.Intel;
using Lathe.Formats.Gguf;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>As Q4_K, with 32 bytes of fifth bits @16, bit g of byte b for value b of group g, and the nibbles @48.</summary>
internal sealed class Q5_KGemv256 : Q4_KGemv256
{
    private const int FifthBit = 4;

    private AssemblerRegisterYMM _fifth;

    public override GgmlType Type => GgmlType.Q5_K;

    protected override int NibblesOffset => 48;

    public override void LoadConstants(FormatEmitter256 code)
    {
        base.LoadConstants(code);
        _fifth = code.KeepConstant(code.InMemoryRepeated<byte>(1 << FifthBit));
    }

    public override void Codes(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int pair, int blocks, AssemblerRegisterYMM first, AssemblerRegisterYMM second)
    {
        base.Codes(code, row, pair, blocks, first, second);
        var bits = FormatEmitter256.Temporary0;
        code.Assembler.vmovdqu(bits, __ymmword_ptr[row + 16]);
        BitCode256.Add(code.Assembler, bits, 2 * pair, FifthBit, _fifth, first);
        BitCode256.Add(code.Assembler, bits, (2 * pair) + 1, FifthBit, _fifth, second);
    }
}
