using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>f16 scale @0, nibbles above −8 @2.</summary>
internal sealed class Q4_0Gemv : SmallNibbles
{
    public override GgmlType Type => GgmlType.Q4_0;

    public override int BlockBytes => Q4_0.BlockBytes;

    public override int Offset => 8;

    protected override int NibblesOffset => 2;
}
