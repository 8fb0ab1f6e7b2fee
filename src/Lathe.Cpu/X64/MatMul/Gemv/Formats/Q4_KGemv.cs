using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>f16 d and dmin @0, 6-bit scales and minima @4, nibbles @16: each 32 bytes hold a group in their low ones and the next group in their high ones.</summary>
internal sealed class Q4_KGemv : GemvFormat
{
    private AssemblerRegisterZMM _mask;
    private AssemblerRegisterZMM _spread;

    public override GgmlType Type => GgmlType.Q4_K;

    public override int BlockElements => Q4_K.BlockElements;

    public override int BlockBytes => Q4_K.BlockBytes;

    public override int MinimumSign => -1;

    public override ReadOnlySpan<byte> Order => PieceOrder.Groups;

    public override int ScaleLane(int group) => KScaleCode.ScaleLane(group);

    public override int MinimumLane(int group) => KScaleCode.MinimumLane(group);

    public override void LoadConstants(FormatEmitter code)
    {
        _mask = code.KeepConstant(code.InMemoryRepeated<byte>(0x0f));
        _spread = KScaleCode.LoadConstants(code);
    }

    public override void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target) =>
        KScaleCode.Scales(code, row, _spread, target);

    public override void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        var a = code.Assembler;
        a.vmovdqu8(first, __zmmword_ptr[row + (16 + (64 * half))]);
        a.vpsrlw(second, first, 4);
        a.vpandd(first, first, _mask);
        a.vpandd(second, second, _mask);
    }
}
