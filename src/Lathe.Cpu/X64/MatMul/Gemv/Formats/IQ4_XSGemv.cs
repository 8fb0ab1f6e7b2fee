using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>f16 d @0, upper bit pairs of eight scales @2, their lower nibbles @4, eight groups of 16 bytes of nibbles @8 that look up signed levels, which 128
/// makes unsigned.</summary>
/// <remarks>256 values: 6 for the nibbles, 4 to look up, 9 for the scales; 30 with the 11 of the products. 136 bytes.</remarks>
internal sealed class IQ4_XSGemv : GemvFormat
{
    private AssemblerRegisterZMM _mask;
    private AssemblerRegisterZMM _levels;

    public override GgmlType Type => GgmlType.IQ4_XS;

    public override int BlockElements => IQ4_XS.BlockElements;

    public override int BlockBytes => IQ4_XS.BlockBytes;

    public override int Offset => 128;

    public override ReadOnlySpan<byte> Order => PieceOrder.Halves;

    public override void LoadConstants(FormatEmitter code)
    {
        _mask = NibbleCode.LoadMask(code);
        _levels = NibbleCode.LoadLevels(code, IQ4_NL.Levels, Offset);
    }

    /// <remarks>pdep deals the nibbles and the pairs out to bytes.</remarks>
    public override void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target)
    {
        var a = code.Assembler;
        var factor = FormatEmitter.Temporary0;
        a.mov(ecx, __dword_ptr[row + 4]);
        a.movzx(edx, __word_ptr[row + 2]);
        a.pdep(rcx, rcx, code.InMemory(0x0f0f0f0f_0f0f0f0fUL));
        a.pdep(rdx, rdx, code.InMemory(0x30303030_30303030UL));
        a.or(rcx, rdx);
        a.movzx(edx, __word_ptr[row]);
        a.vmovq(target.ToXmm(), rcx);
        a.vpmovzxbd(target.ToYmm(), target.ToXmm());
        a.vmovd(factor.ToXmm(), edx);
        a.vcvtph2ps(factor.ToXmm(), factor.ToXmm());
        a.vbroadcastss(factor.ToYmm(), factor.ToXmm());
        a.vpsubd(target.ToYmm(), target.ToYmm(), code.InMemory(32, 32, 32, 32, 32, 32, 32, 32));
        a.vcvtdq2ps(target.ToYmm(), target.ToYmm());
        a.vmulps(target.ToYmm(), target.ToYmm(), factor.ToYmm());
    }

    public override void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        var a = code.Assembler;
        a.vmovdqu8(first, __zmmword_ptr[row + (8 + (64 * half))]);
        NibbleCode.Split(a, first, second, _mask);
        NibbleCode.LookUp(a, first, second, _levels);
    }
}
