using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Sixteen bytes @0, a 4-bit scale in the low nibble and a minimum in the high one; bit pairs @16, f16 d @80, f16 dmin @82. Pair p of a half's 32 bytes
/// holds its values 32·p and up, so that one load of 64 bytes gives a vector of each pair.</summary>
/// <remarks>256 values: 4 for the pairs, 12 for the scales and minima; 34 with the 18 of the products. 84 bytes.</remarks>
internal sealed class Q2_KGemv : GemvFormat
{
    /// <summary>Loaded from here, the factors are the last two of four f16.</summary>
    private const int FactorsOffset = 76;

    private AssemblerRegisterZMM _pair;
    private AssemblerRegisterZMM _nibble;
    private AssemblerRegisterZMM _third;
    private AssemblerRegisterZMM _fourth;

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
        _third = code.KeepConstant(code.InMemoryRepeated(2));
        _fourth = code.KeepConstant(code.InMemoryRepeated(3));
    }

    public override void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target)
    {
        code.Assembler.vpmovzxbd(target, __xmmword_ptr[row]);
        code.Assembler.vpandd(target, target, _nibble);
        Multiply(code, row, _third, target);
    }

    public override void Minima(FormatEmitter code, in AssemblerMemoryOperand row, AssemblerRegisterZMM target)
    {
        code.Assembler.vpmovzxbd(target, __xmmword_ptr[row]);
        code.Assembler.vpsrld(target, target, 4);
        Multiply(code, row, _fourth, target);
    }

    public override void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        var (a, bytes) = (code.Assembler, FormatEmitter.Temporary2);
        a.vmovdqu8(bytes, __zmmword_ptr[row + 16]);
        Pair(code, first, bytes, 4 * half);
        Pair(code, second, bytes, (4 * half) + 2);
    }

    /// <summary>The two bits from <paramref name="bit"/> on of each byte: an instruction or two.</summary>
    private void Pair(FormatEmitter code, AssemblerRegisterZMM target, AssemblerRegisterZMM bytes, int bit)
    {
        var a = code.Assembler;
        if (bit == 0)
        {
            a.vpandd(target, bytes, _pair);
        }
        else if (code.HasByteOperations)
        {
            a.vgf2p8affineqb(target, bytes, code.InMemoryRepeated(ByteMatrix.Move(from: bit, to: 0, count: 2)), 0);
        }
        else
        {
            a.vpsrlw(target, bytes, (byte)bit);
            a.vpandd(target, target, _pair);
        }
    }

    private static void Multiply(FormatEmitter code, in AssemblerMemoryOperand row, AssemblerRegisterZMM factor, AssemblerRegisterZMM target)
    {
        var a = code.Assembler;
        var factors = FormatEmitter.Temporary0;
        a.vcvtph2ps(factors.ToXmm(), __qword_ptr[row + FactorsOffset]);
        a.vcvtdq2ps(target, target);
        a.vpermps(factors, factor, factors);
        a.vmulps(target, target, factors);
    }
}
