using Iced.Intel;
using Lathe.Cpu.X64.MatMul.Gemv256.Groups16;
using Lathe.Formats.Gguf;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>Nibbles @0, upper bit pairs @128, sixteen 8-bit scales @192, f16 d @208; codes stand 32 above their values. A half's 64 bytes of nibbles hold
/// values 0-63 in the low ones and 64-127 in the high ones; its 32 bytes of bit pairs hold values 0-31, 32-63, 64-95, 96-127 from the lowest pair up.</summary>
internal sealed class Q6_KGemv256 : Groups16Format
{
    private const int UpperBits = 4;

    private AssemblerRegisterYMM _mask;
    private AssemblerRegisterYMM _upper;

    public override GgmlType Type => GgmlType.Q6_K;

    public override int Offset => 32;

    public override (int First, int Second) VectorsOf(int pair)
    {
        var first = (4 * (pair / 2)) + (pair % 2);
        return (first, first + 2);
    }

    public override void LoadConstants(FormatEmitter256 code)
    {
        _mask = NibbleCode256.LoadMask(code);
        _upper = code.KeepConstant(code.InMemoryRepeated<byte>(0b11 << UpperBits));
    }

    public override void Scales(FormatEmitter256 code, in AssemblerMemoryOperand row, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima) =>
        code.Assembler.vpmovsxbw(scales, __xmmword_ptr[row + 192]);

    public override void Factors(FormatEmitter256 code, in AssemblerMemoryOperand row, AssemblerRegisterYMM scale, AssemblerRegisterYMM minimum) =>
        HalfCode256.Broadcast(code.Assembler, row + 208, scale);

    public override void Codes(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int pair, int blocks, AssemblerRegisterYMM first, AssemblerRegisterYMM second)
    {
        var a = code.Assembler;
        var bits = FormatEmitter256.Temporary0;
        a.vmovdqu(bits, __ymmword_ptr[row + (128 + (32 * (pair / 2)))]);
        a.vmovdqu(first, __ymmword_ptr[row + (32 * pair)]);
        NibbleCode256.Split(a, first, second, _mask);
        BitCode256.Add(a, bits, 2 * (pair % 2), UpperBits, _upper, first);
        BitCode256.Add(a, bits, (2 * (pair % 2)) + 4, UpperBits, _upper, second);
    }
}
