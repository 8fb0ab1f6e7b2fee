using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>f16 d @0, upper bit pairs of eight scales @2, their lower nibbles @4, eight groups of 16 bytes of nibbles @8 that look up signed levels, which 128
/// makes unsigned.</summary>
/// <remarks>256 values: 6 for the levels, 7 for the scales; 24 with the 11 of the products. 136 bytes.</remarks>
internal sealed class IQ4_XSGemv : GemvFormat
{
    private NibbleCode? _nibbles;

    public override GgmlType Type => GgmlType.IQ4_XS;

    public override int BlockElements => IQ4_XS.BlockElements;

    public override int BlockBytes => IQ4_XS.BlockBytes;

    public override int Offset => 128;

    public override ReadOnlySpan<byte> Order => PieceOrder.Halves;

    public override void LoadConstants(FormatEmitter code) => _nibbles = new NibbleCode(code, IQ4_NL.Levels, Offset);

    /// <remarks>pdep deals the nibbles and the pairs out to the upper six bits of bytes; with the highest bit turned over these are four times the scale − 32.</remarks>
    public override void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target)
    {
        var (a, scales, factor) = (code.Assembler, target.ToYmm(), FormatEmitter.Temporary0);
        a.mov(ecx, __dword_ptr[row + 4]);
        a.movzx(edx, __word_ptr[row + 2]);
        a.pdep(rcx, rcx, code.InMemory(0x3c3c3c3c_3c3c3c3cUL));
        a.pdep(rdx, rdx, code.InMemory(0xc0c0c0c0_c0c0c0c0UL));
        a.or(rcx, rdx);
        a.xor(rcx, code.InMemory(0x80808080_80808080UL));
        a.vmovq(target.ToXmm(), rcx);
        a.vcvtph2ps(factor.ToXmm(), __qword_ptr[row]);
        a.vmulss(factor.ToXmm(), factor.ToXmm(), code.InMemory(1f / 4));
        a.vpmovsxbd(scales, target.ToXmm());
        a.vbroadcastss(factor.ToYmm(), factor.ToXmm());
        a.vcvtdq2ps(scales, scales);
        a.vmulps(scales, scales, factor.ToYmm());
    }

    public override void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        code.Assembler.vmovdqu8(first, __zmmword_ptr[row + (8 + (64 * half))]);
        _nibbles!.Split(code, first, second);
    }
}
