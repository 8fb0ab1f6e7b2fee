using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>f16 scale @0, nibbles @2 that look up signed levels, which 128 makes unsigned.</summary>
/// <remarks>256 values: 4 to collect the nibbles, 6 for the levels, 5 for the scales; 26 with the 11 of the products. 144 bytes.</remarks>
internal sealed class IQ4_NLGemv : SmallNibbles
{
    public override GgmlType Type => GgmlType.IQ4_NL;

    public override int BlockBytes => IQ4_NL.BlockBytes;

    public override int Offset => 128;

    protected override int NibblesOffset => 2;

    protected override ReadOnlySpan<sbyte> Levels => IQ4_NL.Levels;
}
