using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Nibbles @0, upper bit pairs @128, sixteen 8-bit scales @192, f16 d @208; codes stand 32 above their values. A half's 64 bytes of nibbles hold
/// values 0-63 in the low ones and 64-127 in the high ones; its 32 bytes of bit pairs hold values 0-31, 32-63, 64-95, 96-127 from the lowest pair up.</summary>
/// <remarks>256 values: 10 for the codes, 6 for the scales; 33 with the 17 of the products. 210 bytes.</remarks>
internal sealed class Q6_KGemv : GemvFormat
{
    /// <summary>vpternlog: a | (b &amp; c).</summary>
    private const byte OrAnd = 0xf8;

    /// <summary>Within a half, which of its pairs meet the low nibbles of both quarters, and which the high ones.</summary>
    private static readonly int[][] s_pairs = [[0, 1], [2, 3]];

    private AssemblerRegisterZMM _nibble;
    private AssemblerRegisterZMM _upper;
    private AssemblerRegisterZMM _pair;
    private AssemblerRegisterZMM[] _pairs = [];

    public override GgmlType Type => GgmlType.Q6_K;

    public override int BlockElements => Q6_K.BlockElements;

    public override int BlockBytes => Q6_K.BlockBytes;

    public override int GroupElements => 16;

    public override int Offset => 32;

    public override ReadOnlySpan<byte> Order => PieceOrder.Natural;

    public override void LoadConstants(FormatEmitter code)
    {
        _nibble = code.KeepConstant(code.InMemoryRepeated<byte>(0x0f));
        if (code.HasByteOperations)
        {
            _upper = code.KeepConstant(code.InMemoryRepeated(ByteMatrix.Move(from: 4, to: 0, count: 4)));
            _pairs = [.. s_pairs.Select(pairs => code.KeepConstant(code.InMemory<ulong>([.. Enumerable.Range(0, 8).Select(i => PairMatrix(pairs[i / 4]))])))];
            return;
        }

        // The pairs come to bits 4 and 5: the first two by shifts to the left, the others to the right.
        _pair = code.KeepConstant(code.InMemoryRepeated<byte>(0x30));
        _pairs = [.. s_pairs.Select(pairs => code.KeepConstant(code.InMemory<ushort>([.. Enumerable.Range(0, 32).Select(i => (ushort)Math.Abs(4 - (2 * pairs[i / 16])))])))];
    }

    public override void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target)
    {
        var a = code.Assembler;
        var factor = FormatEmitter.Temporary0;
        a.vpmovsxbd(target, __xmmword_ptr[row + 192]);
        a.vpbroadcastw(factor.ToYmm(), __word_ptr[row + 208]);
        a.vcvtdq2ps(target, target);
        a.vcvtph2ps(factor, factor.ToYmm());
        a.vmulps(target, target, factor);
    }

    public override void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        var a = code.Assembler;
        var (low, high) = (FormatEmitter.Temporary0, FormatEmitter.Temporary1);
        a.vbroadcasti64x4(high, __ymmword_ptr[row + (128 + (32 * half))]);
        a.vmovdqu8(second, __zmmword_ptr[row + (64 * half)]);
        if (code.HasByteOperations)
        {
            a.vgf2p8affineqb(first, high, _pairs[0], 0);
            a.vgf2p8affineqb(high, high, _pairs[1], 0);
            a.vpternlogd(first, second, _nibble, OrAnd);
            a.vgf2p8affineqb(second, second, _upper, 0);
            a.vpord(second, second, high);
            return;
        }

        a.vpsllvw(low, high, _pairs[0]);
        a.vpsrlvw(high, high, _pairs[1]);
        a.vpandd(first, low, _pair);
        a.vpandd(high, high, _pair);
        a.vpsrlw(low, second, 4);
        a.vpternlogd(first, second, _nibble, OrAnd);
        a.vpternlogd(high, low, _nibble, OrAnd);
        a.vmovdqa64(second, high);
    }

    private static ulong PairMatrix(int pair) => ByteMatrix.Move(from: 2 * pair, to: 4, count: 2);
}
