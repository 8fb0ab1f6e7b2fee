using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Exponent @0, nibbles @1 that look up twice their E2M1 values, which 16 makes unsigned.</summary>
/// <remarks>256 values: 4 to collect the nibbles, 6 for the levels, 7 for the scales; 28 with the 11 of the products. 136 bytes.</remarks>
internal sealed class MXFP4Gemv : SmallNibbles
{
    private const byte LessThan = 1;

    private AssemblerRegisterZMM _minusOne;

    public override GgmlType Type => GgmlType.MXFP4;

    public override int BlockBytes => MXFP4.BlockBytes;

    public override int Offset => 16;

    protected override int NibblesOffset => 1;

    protected override ReadOnlySpan<sbyte> Levels => MXFP4.DoubledE2M1;

    public override void LoadConstants(FormatEmitter code)
    {
        base.LoadConstants(code);
        _minusOne = code.KeepConstant(code.InMemoryRepeated(-1));
    }

    /// <remarks>As <see cref="MXFP4.HalfScale"/>: (e − 1) is the exponent of the f32 scale, but 0 and 1 give the subnormals (e + 1) · 2^21.</remarks>
    public override void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target)
    {
        var a = code.Assembler;
        a.movzx(ecx, __byte_ptr[row + ((blocks - 1) * BlockBytes)]);
        for (var block = blocks - 2; block >= 0; block--)
        {
            a.shl(rcx, 8);
            a.mov(cl, __byte_ptr[row + (block * BlockBytes)]);
        }

        var exponents = FormatEmitter.Temporary0.ToYmm();
        a.vmovq(FormatEmitter.Temporary0.ToXmm(), rcx);
        a.vpmovzxbd(exponents, FormatEmitter.Temporary0.ToXmm());
        a.vpaddd(target.ToYmm(), exponents, _minusOne.ToYmm());
        a.vpslld(target.ToYmm(), target.ToYmm(), 23);
        a.vpcmpud(k4, exponents, code.InMemory(2, 2, 2, 2, 2, 2, 2, 2), LessThan);
        a.vpsubd(exponents, exponents, _minusOne.ToYmm());
        a.vpslld(target.ToYmm().k4, exponents, 21);
    }
}
