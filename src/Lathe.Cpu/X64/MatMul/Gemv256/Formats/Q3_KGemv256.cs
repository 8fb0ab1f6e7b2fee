using Iced.Intel;
using Lathe.Cpu.X64.MatMul.Gemv256.Groups16;
using Lathe.Formats.Gguf;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>Third bits @0, bit pairs @32, sixteen 6-bit scales above −32 @96, f16 d @108; codes stand 4 above their values. Pair p of a half's 32 bytes holds its
/// values 32·p and up, bit p of the third bits those of the first half, bit 4 + p those of the second.</summary>
internal sealed class Q3_KGemv256 : Groups16Format
{
    private const int ThirdBit = 2;

    private AssemblerRegisterYMM _pair;
    private AssemblerRegisterYMM _third;

    public override GgmlType Type => GgmlType.Q3_K;

    public override int Offset => 4;

    public override void LoadConstants(FormatEmitter256 code)
    {
        _pair = code.KeepConstant(code.InMemoryRepeated<byte>(0x03));
        _third = code.KeepConstant(code.InMemoryRepeated<byte>(1 << ThirdBit));
    }

    /// <remarks>Scale k has its low bits in nibble k / 8 of byte 96 + k % 8 and its upper ones in pair k / 4 of byte 104 + k % 4, which come to bits 4 and 5.</remarks>
    public override void Scales(FormatEmitter256 code, in AssemblerMemoryOperand row, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima)
    {
        var a = code.Assembler;
        var upper = FormatEmitter256.Temporary0;
        a.vpbroadcastq(scales.ToXmm(), __qword_ptr[row + 96]);
        a.vpbroadcastd(upper.ToXmm(), __dword_ptr[row + 104]);
        a.vpsrlvq(scales.ToXmm(), scales.ToXmm(), code.InMemory(0L, 4L));
        a.vpsrlvd(upper.ToXmm(), upper.ToXmm(), code.InMemory(0, 2, 4, 6));
        a.vpand(scales.ToXmm(), scales.ToXmm(), code.InMemory(0x0f0f0f0f_0f0f0f0fL, 0x0f0f0f0f_0f0f0f0fL));
        a.vpsllw(upper.ToXmm(), upper.ToXmm(), 4);
        a.vpand(upper.ToXmm(), upper.ToXmm(), code.InMemory(0x30303030_30303030L, 0x30303030_30303030L));
        a.vpor(scales.ToXmm(), scales.ToXmm(), upper.ToXmm());
        a.vpsubb(scales.ToXmm(), scales.ToXmm(), code.InMemory(0x20202020_20202020L, 0x20202020_20202020L));
        a.vpmovsxbw(scales, scales.ToXmm());
    }

    public override void Factors(FormatEmitter256 code, in AssemblerMemoryOperand row, AssemblerRegisterYMM scale, AssemblerRegisterYMM minimum) =>
        HalfCode256.Broadcast(code.Assembler, row + 108, scale);

    public override void Codes(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int pair, int blocks, AssemblerRegisterYMM first, AssemblerRegisterYMM second)
    {
        var a = code.Assembler;
        var bits = FormatEmitter256.Temporary0;
        var shift = 4 * (pair % 2);
        a.vmovdqu(first, __ymmword_ptr[row + (32 + (32 * (pair / 2)))]);
        a.vmovdqu(bits, __ymmword_ptr[row]);
        a.vpsrlw(second, first, (byte)(shift + 2));
        if (shift > 0)
        {
            a.vpsrlw(first, first, (byte)shift);
        }

        a.vpand(first, first, _pair);
        a.vpand(second, second, _pair);
        BitCode256.Add(a, bits, 2 * pair, ThirdBit, _third, first);
        BitCode256.Add(a, bits, (2 * pair) + 1, ThirdBit, _third, second);
    }
}
