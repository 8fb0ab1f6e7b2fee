using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>f16 scale @0, fifth bits @2, nibbles @6; codes stand 16 above their values.</summary>
internal sealed class Q5_0Gemv256 : SmallFifthBits256
{
    public override GgmlType Type => GgmlType.Q5_0;

    public override int Offset => 16;

    protected override int FifthBitsOffset => 2;

    protected override int NibblesOffset => 6;
}
