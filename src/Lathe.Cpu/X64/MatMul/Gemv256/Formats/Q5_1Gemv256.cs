using Iced.Intel;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>f16 scale @0, f16 minimum @2, fifth bits @4, nibbles @8.</summary>
internal sealed class Q5_1Gemv256 : SmallFifthBits256
{
    public override GgmlType Type => GgmlType.Q5_1;

    public override int MinimumSign => 1;

    protected override int FifthBitsOffset => 4;

    protected override int NibblesOffset => 8;

    public override void Scales(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima) =>
        SmallMinima256.Scales(code.Assembler, row, BlockBytes, blocks, scales, minima);
}
