using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>f16 d and dmin @0, 6-bit scales and minima @4, nibbles @16: each 32 bytes hold a group in their low ones and the next group in their high ones.</summary>
/// <remarks>256 values: 6 for the nibbles, 8 for the scales; 26 with the 12 of the products. 144 bytes.</remarks>
internal class Q4_KGemv : GemvFormat
{
    private NibbleCode? _nibbles;

    public override GgmlType Type => GgmlType.Q4_K;

    public override int BlockElements => Q4_K.BlockElements;

    public override int BlockBytes => Q4_K.BlockBytes;

    public override int MinimumSign => -1;

    public override ReadOnlySpan<byte> Order => PieceOrder.Groups;

    /// <summary>Offset of the nibbles in a block.</summary>
    protected virtual int NibblesOffset => 16;

    public override int ScaleLane(int group) => KScaleCode.ScaleLane(group);

    public override int MinimumLane(int group) => KScaleCode.MinimumLane(group);

    public override void LoadConstants(FormatEmitter code) => _nibbles = new NibbleCode(code);

    public override void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target) =>
        KScaleCode.Scales(code, row, target);

    public override void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        // Every other 16 bytes to one vector, the rest to another: two shuffles that save two accumulators.
        var a = code.Assembler;
        var (firstHalves, secondHalves) = (FormatEmitter.Temporary0, FormatEmitter.Temporary1);
        if (half == 0)
        {
            var nibbles = row + NibblesOffset;
            a.vmovdqu8(first, __zmmword_ptr[nibbles]);
            a.vmovdqu8(second, __zmmword_ptr[nibbles + 64]);
            a.vshufi32x4(firstHalves, first, second, 0b10_00_10_00);
            a.vshufi32x4(secondHalves, first, second, 0b11_01_11_01);
            _nibbles!.Low(code, first, firstHalves);
            _nibbles.Low(code, second, secondHalves);
        }
        else
        {
            _nibbles!.High(code, first, firstHalves);
            _nibbles.High(code, second, secondHalves);
        }
    }
}
