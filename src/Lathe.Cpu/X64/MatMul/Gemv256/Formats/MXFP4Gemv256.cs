using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>Exponent @0, nibbles @1 that look up twice their E2M1 values, which 16 makes unsigned.</summary>
internal sealed class MXFP4Gemv256 : SmallNibbles256
{
    private AssemblerRegisterYMM _levels;
    private AssemblerRegisterYMM _minusOne;

    public override GgmlType Type => GgmlType.MXFP4;

    public override int Offset => 16;

    protected override int NibblesOffset => 1;

    public override void LoadConstants(FormatEmitter256 code)
    {
        base.LoadConstants(code);
        _levels = NibbleCode256.LoadLevels(code, MXFP4.DoubledE2M1, Offset);
        _minusOne = code.KeepConstant(code.InMemoryRepeated(-1));
    }

    /// <remarks>As <see cref="MXFP4.HalfScale"/>: (e − 1) is the exponent of the f32 scale, but 0 and 1 give the subnormals (e + 1) · 2^21.</remarks>
    public override void Scales(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima)
    {
        var a = code.Assembler;
        var (exponents, subnormal) = (FormatEmitter256.Temporary0, FormatEmitter256.Temporary1);
        a.vpxor(exponents.ToXmm(), exponents.ToXmm(), exponents.ToXmm());
        for (var block = 0; block < blocks; block++)
        {
            a.vpinsrb(exponents.ToXmm(), exponents.ToXmm(), __byte_ptr[row + (block * BlockBytes)], (byte)block);
        }

        a.vpmovzxbd(exponents, exponents.ToXmm());
        a.vpaddd(scales, exponents, _minusOne);
        a.vpslld(scales, scales, 23);
        a.vpsubd(subnormal, exponents, _minusOne);
        a.vpslld(subnormal, subnormal, 21);
        a.vpsubd(exponents, exponents, code.InMemoryRepeated(2)); // the sign says which
        a.vblendvps(scales, scales, subnormal, exponents);
    }

    protected override void Finish(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int pair, int blocks, AssemblerRegisterYMM first, AssemblerRegisterYMM second) =>
        NibbleCode256.LookUp(code.Assembler, first, second, _levels);
}
