using Iced.Intel;
using Lathe.Cpu.X64.MatMul.Gemv256.Groups32;
using Lathe.Formats.Gguf;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>f16 d and dmin @0, 6-bit scales and minima @4, nibbles @16: each 32 bytes hold a group in their low ones and the next group in their high ones.</summary>
internal class Q4_KGemv256 : Groups32Format
{
    private AssemblerRegisterYMM _mask;

    public override GgmlType Type => GgmlType.Q4_K;

    public override int MinimumSign => -1;

    /// <summary>Offset of the nibbles in a block.</summary>
    protected virtual int NibblesOffset => 16;

    public override void LoadConstants(FormatEmitter256 code) => _mask = NibbleCode256.LoadMask(code);

    /// <remarks>The 12 bytes are three words a, b, c: scales 0-3 are the low 6 bits of a's bytes, minima 0-3 those of b's; scales 4-7 are the low nibbles of c's
    /// bytes with the top two bits of a's above them, minima 4-7 the high nibbles of c with the top bits of b.</remarks>
    public override void Scales(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima)
    {
        var a = code.Assembler;
        var (low, high) = (FormatEmitter256.Temporary0.ToXmm(), FormatEmitter256.Temporary1.ToXmm());
        a.vmovdqu(high, __xmmword_ptr[row + 4]);
        a.vpshufd(low, high, 0b10_01_10_00); // a c b c
        a.vpshufd(high, high, 0b01_01_00_00); // a a b b
        a.vpsrlvd(low, low, code.InMemory(0, 0, 0, 4));
        a.vpsrlvd(high, high, code.InMemory(32, 2, 32, 2));
        a.vpand(low, low, code.InMemory(0x3f3f3f3f, 0x0f0f0f0f, 0x3f3f3f3f, 0x0f0f0f0f));
        a.vpand(high, high, code.InMemory(0x30303030, 0x30303030, 0x30303030, 0x30303030));
        a.vpor(low, low, high);
        a.vpmovzxbd(scales, low);
        a.vpsrldq(low, low, 8);
        a.vpmovzxbd(minima, low);
        a.vcvtdq2ps(scales, scales);
        a.vcvtdq2ps(minima, minima);
        var (factor, minimumFactor) = (FormatEmitter256.Temporary0, FormatEmitter256.Temporary1);
        HalfCode256.BroadcastPair(a, row, factor, minimumFactor);
        a.vmulps(scales, scales, factor);
        a.vmulps(minima, minima, minimumFactor);
    }

    public override void Codes(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int pair, int blocks, AssemblerRegisterYMM first, AssemblerRegisterYMM second)
    {
        code.Assembler.vmovdqu(first, __ymmword_ptr[row + (NibblesOffset + (32 * pair))]);
        NibbleCode256.Split(code.Assembler, first, second, _mask);
    }
}
