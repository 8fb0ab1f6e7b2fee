using Iced.Intel;
using Lathe.Cpu.X64.MatMul.Gemv256.Groups32;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>f16 d @0, upper bit pairs of eight scales @2, their lower nibbles @4, eight groups of 16 bytes of nibbles @8 that look up signed levels.</summary>
internal sealed class IQ4_XSGemv256 : Groups32Format
{
    private AssemblerRegisterYMM _mask;
    private AssemblerRegisterYMM _levels;

    public override GgmlType Type => GgmlType.IQ4_XS;

    public override bool Signed => true;

    public override bool SplitsGroups => true;

    public override void LoadConstants(FormatEmitter256 code)
    {
        _mask = NibbleCode256.LoadMask(code);
        _levels = NibbleCode256.LoadLevels(code, IQ4_NL.Levels, code.SignedOffset);
    }

    /// <remarks>Every lane shifts its own nibble, and its own pair, into place; the pairs are the upper half of the first double word.</remarks>
    public override void Scales(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima)
    {
        var a = code.Assembler;
        var (upper, factor) = (FormatEmitter256.Temporary0, FormatEmitter256.Temporary1);
        a.vpbroadcastd(scales, __dword_ptr[row + 4]);
        a.vpbroadcastd(upper, __dword_ptr[row]);
        a.vpsrlvd(scales, scales, code.InMemory(0, 4, 8, 12, 16, 20, 24, 28));
        a.vpsrlvd(upper, upper, code.InMemory(12, 14, 16, 18, 20, 22, 24, 26));
        a.vpand(scales, scales, code.InMemoryRepeated(0x0f));
        a.vpand(upper, upper, code.InMemoryRepeated(0x30));
        a.vpor(scales, scales, upper);
        a.vpsubd(scales, scales, code.InMemoryRepeated(32));
        a.vcvtdq2ps(scales, scales);
        HalfCode256.Broadcast(a, row, factor);
        a.vmulps(scales, scales, factor);
    }

    public override void Codes(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int pair, int blocks, AssemblerRegisterYMM first, AssemblerRegisterYMM second)
    {
        var a = code.Assembler;
        a.vmovdqu(first, __ymmword_ptr[row + (8 + (32 * pair))]);
        NibbleCode256.Split(a, first, second, _mask);
        NibbleCode256.LookUp(a, first, second, _levels);
    }
}
