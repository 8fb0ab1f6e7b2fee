using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>f16 scale @0, f16 minimum @2, nibbles @4.</summary>
/// <remarks>256 values: 4 to collect the nibbles, 4 for the nibbles, 9 for the scales; 29 with the 12 of the products. 160 bytes.</remarks>
internal sealed class Q4_1Gemv : SmallNibbles
{
    public override GgmlType Type => GgmlType.Q4_1;

    public override int BlockBytes => Q4_1.BlockBytes;

    public override int MinimumSign => 1;

    protected override int NibblesOffset => 4;

    public override int ScaleLane(int group) => SmallMinima.ScaleLane(group);

    public override int MinimumLane(int group) => SmallMinima.MinimumLane(group);

    public override void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target) =>
        SmallMinima.Scales(code, row, BlockBytes, blocks, target);
}
