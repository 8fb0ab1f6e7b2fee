using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>f16 d and dmin @0, 6-bit scales and minima @4, nibbles @16: each 32 bytes hold a group in their low ones and the next group in their high ones.</summary>
/// <remarks>256 values: 6 for the nibbles, 9 for the scales; 33 with the 18 of the products. 144 bytes.</remarks>
internal class Q4_KGemv : GemvFormat
{
    private AssemblerRegisterZMM _mask;
    private AssemblerRegisterZMM _spread;

    public override GgmlType Type => GgmlType.Q4_K;

    public override int BlockElements => Q4_K.BlockElements;

    public override int BlockBytes => Q4_K.BlockBytes;

    public override int MinimumSign => -1;

    public override ReadOnlySpan<byte> Order => PieceOrder.Groups;

    /// <summary>Offset of the nibbles in a block.</summary>
    protected virtual int NibblesOffset => 16;

    public override int ScaleLane(int group) => KScaleCode.ScaleLane(group);

    public override int MinimumLane(int group) => KScaleCode.MinimumLane(group);

    public override void LoadConstants(FormatEmitter code)
    {
        _mask = NibbleCode.LoadMask(code);
        _spread = KScaleCode.LoadConstants(code);
    }

    public override void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target) =>
        KScaleCode.Scales(code, row, _spread, target);

    public override void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        code.Assembler.vmovdqu8(first, __zmmword_ptr[row + (NibblesOffset + (64 * half))]);
        NibbleCode.Split(code.Assembler, first, second, _mask);
    }
}
