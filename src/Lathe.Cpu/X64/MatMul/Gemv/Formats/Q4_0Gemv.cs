using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>f16 scale @0, nibbles above −8 @2.</summary>
/// <remarks>256 values: 4 to collect the nibbles, 4 for the nibbles, 5 for the scales; 24 with the 11 of the products. 144 bytes.</remarks>
internal sealed class Q4_0Gemv : SmallNibbles
{
    public override GgmlType Type => GgmlType.Q4_0;

    public override int BlockBytes => Q4_0.BlockBytes;

    public override int Offset => 8;

    protected override int NibblesOffset => 2;
}
