using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Sixteen bytes @0, a 4-bit scale in the low nibble and a minimum in the high one; bit pairs @16, f16 d @80, f16 dmin @82. Pair p of a half's 32 bytes
/// holds its values 32·p and up, so that one load of 64 bytes gives a vector of each pair.</summary>
/// <remarks>256 values: 7 for the pairs, 14 for the scales and minima; 39 with the 18 of the products. 84 bytes.</remarks>
internal sealed class Q2_KGemv : GemvFormat
{
    private AssemblerRegisterZMM _pair;
    private AssemblerRegisterZMM _nibble;

    public override GgmlType Type => GgmlType.Q2_K;

    public override int BlockElements => Q2_K.BlockElements;

    public override int BlockBytes => Q2_K.BlockBytes;

    public override int GroupElements => 16;

    public override int MinimumSign => -1;

    public override ReadOnlySpan<byte> Order => PieceOrder.Pairs;

    public override void LoadConstants(FormatEmitter code)
    {
        _pair = code.KeepConstant(code.InMemoryRepeated<byte>(0x03));
        _nibble = code.KeepConstant(code.InMemoryRepeated(0x0f));
    }

    public override void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target)
    {
        code.Assembler.vpmovzxbd(target, __xmmword_ptr[row]);
        code.Assembler.vpandd(target, target, _nibble);
        Multiply(code, row + 80, target);
    }

    public override void Minima(FormatEmitter code, in AssemblerMemoryOperand row, AssemblerRegisterZMM target)
    {
        code.Assembler.vpmovzxbd(target, __xmmword_ptr[row]);
        code.Assembler.vpsrld(target, target, 4);
        Multiply(code, row + 82, target);
    }

    public override void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        var a = code.Assembler;
        a.vmovdqu8(first, __zmmword_ptr[row + 16]);
        a.vpsrlw(second, first, (byte)((4 * half) + 2));
        if (half > 0)
        {
            a.vpsrlw(first, first, 4);
        }

        a.vpandd(first, first, _pair);
        a.vpandd(second, second, _pair);
    }

    private static void Multiply(FormatEmitter code, in AssemblerMemoryOperand factor, AssemblerRegisterZMM target)
    {
        var a = code.Assembler;
        var factors = FormatEmitter.Temporary0;
        a.vpbroadcastw(factors.ToYmm(), __word_ptr[factor]);
        a.vcvtph2ps(factors, factors.ToYmm());
        a.vcvtdq2ps(target, target);
        a.vmulps(target, target, factors);
    }
}
