using Iced.Intel;
using Lathe.Cpu.X64.MatMul.Gemv256.Groups16;
using Lathe.Formats.Gguf;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>Sixteen bytes @0, a 4-bit scale in the low nibble and a minimum in the high one; bit pairs @16, f16 d @80, f16 dmin @82. Pair p of a half's 32 bytes
/// holds its values 32·p and up.</summary>
internal sealed class Q2_KGemv256 : Groups16Format
{
    private AssemblerRegisterYMM _pair;
    private AssemblerRegisterYMM _nibble;

    public override GgmlType Type => GgmlType.Q2_K;

    public override int MinimumSign => -1;

    public override void LoadConstants(FormatEmitter256 code)
    {
        _pair = code.KeepConstant(code.InMemoryRepeated<byte>(0x03));
        _nibble = code.KeepConstant(code.InMemoryRepeated<short>(0x0f));
    }

    public override void Scales(FormatEmitter256 code, in AssemblerMemoryOperand row, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima)
    {
        var a = code.Assembler;
        a.vpmovzxbw(scales, __xmmword_ptr[row]);
        a.vpsrlw(minima, scales, 4);
        a.vpand(scales, scales, _nibble);
    }

    public override void Factors(FormatEmitter256 code, in AssemblerMemoryOperand row, AssemblerRegisterYMM scale, AssemblerRegisterYMM minimum) =>
        HalfCode256.BroadcastPair(code.Assembler, row + 80, scale, minimum);

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
