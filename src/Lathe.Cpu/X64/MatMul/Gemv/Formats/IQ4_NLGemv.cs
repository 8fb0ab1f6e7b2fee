using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>f16 scale @0, nibbles @2 that look up signed levels, which 128 makes unsigned.</summary>
/// <remarks>256 values: 6 insertions, 6 for the nibbles, 4 to look up, 5 for the scales; 32 with the 11 of the products. 144 bytes.</remarks>
internal sealed class IQ4_NLGemv : SmallNibbles
{
    private AssemblerRegisterZMM _levels;

    public override GgmlType Type => GgmlType.IQ4_NL;

    public override int BlockBytes => IQ4_NL.BlockBytes;

    public override int Offset => 128;

    protected override int NibblesOffset => 2;

    public override void LoadConstants(FormatEmitter code)
    {
        base.LoadConstants(code);
        _levels = NibbleCode.LoadLevels(code, IQ4_NL.Levels, Offset);
    }

    protected override void Finish(FormatEmitter code, in AssemblerMemoryOperand start, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second) =>
        NibbleCode.LookUp(code.Assembler, first, second, _levels);
}
