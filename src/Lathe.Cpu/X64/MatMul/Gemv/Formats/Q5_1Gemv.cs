using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>f16 scale @0, f16 minimum @2, fifth bits @4, nibbles @8.</summary>
/// <remarks>256 values: 4 to collect the nibbles, 4 for the nibbles, 8 for the fifth bits, 9 for the scales; 37 with the 12 of the products. 192 bytes.</remarks>
internal sealed class Q5_1Gemv : SmallFifthBits
{
    public override GgmlType Type => GgmlType.Q5_1;

    public override int BlockBytes => Q5_1.BlockBytes;

    public override int MinimumSign => 1;

    protected override int FifthBitsOffset => 4;

    protected override int NibblesOffset => 8;

    public override int ScaleLane(int group) => SmallMinima.ScaleLane(group);

    public override int MinimumLane(int group) => SmallMinima.MinimumLane(group);

    public override void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target) =>
        SmallMinima.Scales(code, row, BlockBytes, blocks, target);
}
