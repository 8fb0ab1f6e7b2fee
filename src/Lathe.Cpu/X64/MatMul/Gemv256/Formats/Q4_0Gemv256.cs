using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>f16 scale @0, nibbles above −8 @2.</summary>
internal sealed class Q4_0Gemv256 : SmallNibbles256
{
    public override GgmlType Type => GgmlType.Q4_0;

    public override int Offset => 8;

    protected override int NibblesOffset => 2;
}
