using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>f16 scale @0, fifth bits @2, nibbles @6; codes stand 16 above their values.</summary>
/// <remarks>256 values: 4 to collect the nibbles, 4 for the nibbles, 8 for the fifth bits, 5 for the scales; 32 with the 11 of the products. 176 bytes.</remarks>
internal sealed class Q5_0Gemv : SmallFifthBits
{
    public override GgmlType Type => GgmlType.Q5_0;

    public override int BlockBytes => Q5_0.BlockBytes;

    public override int Offset => 16;

    protected override int FifthBitsOffset => 2;

    protected override int NibblesOffset => 6;
}
