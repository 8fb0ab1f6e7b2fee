using Iced.Intel;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>f16 scale @0, f16 minimum @2, nibbles @4.</summary>
internal sealed class Q4_1Gemv256 : SmallNibbles256
{
    public override GgmlType Type => GgmlType.Q4_1;

    public override int MinimumSign => 1;

    protected override int NibblesOffset => 4;

    public override void Scales(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima) =>
        SmallMinima256.Scales(code.Assembler, row, BlockBytes, blocks, scales, minima);
}
