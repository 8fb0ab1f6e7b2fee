using Iced.Intel;
using Lathe.Formats.Gguf;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>Sixteen bytes @0, a 4-bit scale in the low nibble and a minimum in the high one; bit pairs @16, f16 d @80, f16 dmin @82. Pair p of a half's 32 bytes
/// holds its values 32·p and up.</summary>
internal sealed class Q2_KGemv256 : Gemv256Format
{
    private AssemblerRegisterYMM _pair;
    private AssemblerRegisterYMM _nibble;

    public override GgmlType Type => GgmlType.Q2_K;

    public override int GroupElements => 16;

    public override int MinimumSign => -1;

    public override void LoadConstants(FormatEmitter256 code)
    {
        _pair = code.KeepConstant(code.InMemoryRepeated<byte>(0x03));
        _nibble = code.KeepConstant(code.InMemoryRepeated(0x0f));
    }

    public override void Scales(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima)
    {
        var a = code.Assembler;
        a.vpmovzxbd(scales, __qword_ptr[row + (8 * half)]);
        a.vpsrld(minima, scales, 4);
        a.vpand(scales, scales, _nibble);
        a.vcvtdq2ps(scales, scales);
        a.vcvtdq2ps(minima, minima);
        HalfCode256.MultiplyByPair(a, row + 80, scales, minima);
    }

    public override void Codes(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int pair, int blocks, AssemblerRegisterYMM first, AssemblerRegisterYMM second)
    {
        var a = code.Assembler;
        var shift = 4 * (pair % 2);
        a.vmovdqu(first, __ymmword_ptr[row + (16 + (32 * (pair / 2)))]);
        a.vpsrlw(second, first, (byte)(shift + 2));
        if (shift > 0)
        {
            a.vpsrlw(first, first, (byte)shift);
        }

        a.vpand(first, first, _pair);
        a.vpand(second, second, _pair);
    }
}
