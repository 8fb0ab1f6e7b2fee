using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Nibbles @0, upper bit pairs @128, sixteen 8-bit scales @192, f16 d @208; codes stand 32 above their values. A half's 64 bytes of nibbles hold
/// values 0-63 in the low ones and 64-127 in the high ones; its 32 bytes of bit pairs hold values 0-31, 32-63, 64-95, 96-127 from the lowest pair up.</summary>
/// <remarks>256 values: 14 for the codes, 7 for the scales; 38 with the 17 of the products. 210 bytes.</remarks>
internal sealed class Q6_KGemv : GemvFormat
{
    /// <summary>vpternlog: a | (b &amp; c).</summary>
    private const byte OrAnd = 0xf8;

    private AssemblerRegisterZMM _nibble;
    private AssemblerRegisterZMM _pair;
    private AssemblerRegisterZMM _up;
    private AssemblerRegisterZMM _down;

    public override GgmlType Type => GgmlType.Q6_K;

    public override int BlockElements => Q6_K.BlockElements;

    public override int BlockBytes => Q6_K.BlockBytes;

    public override int GroupElements => 16;

    public override int Offset => 32;

    public override ReadOnlySpan<byte> Order => PieceOrder.Natural;

    public override void LoadConstants(FormatEmitter code)
    {
        _nibble = code.KeepConstant(code.InMemoryRepeated<byte>(0x0f));
        _pair = code.KeepConstant(code.InMemoryRepeated<byte>(0x30));

        // The pairs come to bits 4 and 5: the first two by shifts to the left, the others to the right, a pair in each half of the vector.
        _up = code.KeepConstant(code.InMemory<ushort>([.. Enumerable.Repeat((ushort)4, 16), .. Enumerable.Repeat((ushort)2, 16)]));
        _down = code.KeepConstant(code.InMemory<ushort>([.. Enumerable.Repeat((ushort)0, 16), .. Enumerable.Repeat((ushort)2, 16)]));
    }

    public override void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target)
    {
        var a = code.Assembler;
        var factor = FormatEmitter.Temporary0;
        a.vpmovsxbd(target, __xmmword_ptr[row + 192]);
        a.movzx(ecx, __word_ptr[row + 208]);
        a.vmovd(factor.ToXmm(), ecx);
        a.vcvtph2ps(factor.ToXmm(), factor.ToXmm());
        a.vbroadcastss(factor, factor.ToXmm());
        a.vcvtdq2ps(target, target);
        a.vmulps(target, target, factor);
    }

    public override void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        var a = code.Assembler;
        var (low, high) = (FormatEmitter.Temporary0, FormatEmitter.Temporary1);
        a.vbroadcasti64x4(high, __ymmword_ptr[row + (128 + (32 * half))]);
        a.vmovdqu8(second, __zmmword_ptr[row + (64 * half)]);
        a.vpsllvw(low, high, _up);
        a.vpsrlvw(high, high, _down);
        a.vpandd(first, low, _pair);
        a.vpandd(high, high, _pair);
        a.vpsrlw(low, second, 4);
        a.vpternlogd(first, second, _nibble, OrAnd);
        a.vpternlogd(high, low, _nibble, OrAnd);
        a.vmovdqa64(second, high);
    }
}
