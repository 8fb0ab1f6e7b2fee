using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>f16 scale @0, nibbles @2 that look up signed levels.</summary>
internal sealed class IQ4_NLGemv256 : SmallNibbles256
{
    private AssemblerRegisterYMM _levels;

    public override GgmlType Type => GgmlType.IQ4_NL;

    public override bool Signed => true;

    protected override int NibblesOffset => 2;

    public override void LoadConstants(FormatEmitter256 code)
    {
        base.LoadConstants(code);
        _levels = NibbleCode256.LoadLevels(code, IQ4_NL.Levels, code.SignedOffset);
    }

    protected override void Finish(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int pair, int blocks, AssemblerRegisterYMM first, AssemblerRegisterYMM second) =>
        NibbleCode256.LookUp(code.Assembler, first, second, _levels);
}
