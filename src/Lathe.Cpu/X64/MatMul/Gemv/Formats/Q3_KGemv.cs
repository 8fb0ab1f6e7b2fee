using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Third bits @0, bit pairs @32, sixteen 6-bit scales above −32 @96, f16 d @108; codes stand 4 above their values. Pair p of a half's 32 bytes holds its
/// values 32·p and up, bit p of the third bits those of the first half, bit 4 + p those of the second.</summary>
/// <remarks>256 values: 7 for the pairs, 9 for the third bits, 12 for the scales; 45 with the 17 of the products. 110 bytes.</remarks>
internal sealed class Q3_KGemv : GemvFormat
{
    /// <summary>vpternlog: a | (b &amp; c).</summary>
    private const byte OrAnd = 0xf8;

    private AssemblerRegisterZMM _pair;
    private AssemblerRegisterZMM _third;
    private AssemblerRegisterZMM _halves;

    public override GgmlType Type => GgmlType.Q3_K;

    public override int BlockElements => Q3_K.BlockElements;

    public override int BlockBytes => Q3_K.BlockBytes;

    public override int GroupElements => 16;

    public override int Offset => 4;

    public override ReadOnlySpan<byte> Order => PieceOrder.Pairs;

    public override void LoadConstants(FormatEmitter code)
    {
        _pair = code.KeepConstant(code.InMemoryRepeated<byte>(0x03));
        _third = code.KeepConstant(code.InMemoryRepeated<byte>(0x04));
        _halves = code.KeepConstant(code.InMemory<ushort>([.. Enumerable.Repeat((ushort)0, 16), .. Enumerable.Repeat((ushort)4, 16)]));
    }

    /// <remarks>Scale k has its low bits in nibble k / 8 of byte 96 + k % 8 and its upper ones in pair k / 4 of byte 104 + k % 4.</remarks>
    public override void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target)
    {
        var a = code.Assembler;
        AssemblerRegisterXMM scales = target.ToXmm(), upper = FormatEmitter.Temporary0.ToXmm();
        a.vpbroadcastd(upper, __dword_ptr[row + 104]);
        a.vpsrlvd(upper, upper, code.InMemory(0, 2, 4, 6));
        a.vpsllw(upper, upper, 4);
        a.vpbroadcastq(scales, __qword_ptr[row + 96]);
        a.vpsrlvq(scales, scales, code.InMemory(0L, 4L));
        a.vpandd(scales, scales, Low(code, 0x0f));
        a.vpternlogd(scales, upper, Low(code, 0x30), OrAnd);
        a.vpmovzxbd(target, scales);
        a.vpsubd(target, target, code.InMemoryRepeated(32));
        var factor = FormatEmitter.Temporary0;
        a.vpbroadcastw(factor.ToYmm(), __word_ptr[row + 108]);
        a.vcvtph2ps(factor, factor.ToYmm());
        a.vcvtdq2ps(target, target);
        a.vmulps(target, target, factor);
    }

    public override void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        // Bit 2·half + 1 of each byte of the third bits belongs to the second vector, the one below it to the first.
        var a = code.Assembler;
        var (firstBits, secondBits) = (FormatEmitter.Temporary0, FormatEmitter.Temporary1);
        a.vbroadcasti64x4(firstBits, __ymmword_ptr[row]);
        a.vmovdqu8(first, __zmmword_ptr[row + 32]);
        a.vpsrlvw(firstBits, firstBits, _halves);
        a.vpsrlw(second, first, (byte)((4 * half) + 2));
        if (half == 0)
        {
            a.vpsllw(secondBits, firstBits, 1);
            a.vpsllw(firstBits, firstBits, 2);
        }
        else
        {
            a.vpsrlw(secondBits, firstBits, 1);
            a.vpsrlw(first, first, 4);
        }

        a.vpandd(first, first, _pair);
        a.vpandd(second, second, _pair);
        a.vpternlogd(first, firstBits, _third, OrAnd);
        a.vpternlogd(second, secondBits, _third, OrAnd);
    }

    private static AssemblerMemoryOperand Low(FormatEmitter code, byte mask) => code.InMemory<byte>([.. Enumerable.Repeat(mask, 16)]);
}
