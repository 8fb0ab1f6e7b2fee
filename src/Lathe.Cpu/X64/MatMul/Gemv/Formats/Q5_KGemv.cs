using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>As Q4_K, with 32 bytes of fifth bits @16, bit g of byte b for value b of group g, and the nibbles @48.</summary>
/// <remarks>256 values: 6 for the nibbles, 8 for the fifth bits, 9 for the scales; 41 with the 18 of the products. 176 bytes.</remarks>
internal sealed class Q5_KGemv : Q4_KGemv
{
    private AssemblerRegisterZMM _fifth;

    public override GgmlType Type => GgmlType.Q5_K;

    public override int BlockBytes => Q5_K.BlockBytes;

    protected override int NibblesOffset => 48;

    public override void LoadConstants(FormatEmitter code)
    {
        base.LoadConstants(code);
        _fifth = code.KeepConstant(code.InMemoryRepeated<byte>(0x10));
    }

    public override void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        base.Codes(code, row, half, blocks, first, second);
        var a = code.Assembler;
        var bits = FormatEmitter.Temporary0;
        a.vbroadcasti64x4(bits, __ymmword_ptr[row + 16]);
        a.vptestmb(k4, bits, GroupBits(code, 4 * half));
        a.vptestmb(k5, bits, GroupBits(code, (4 * half) + 1));
        a.vpaddb(first.k4, first, _fifth);
        a.vpaddb(second.k5, second, _fifth);
    }

    /// <summary>The bits of the groups that share a vector: <paramref name="group"/> and the one after the next.</summary>
    private static AssemblerMemoryOperand GroupBits(FormatEmitter code, int group) =>
        code.InMemory<byte>([.. Enumerable.Repeat((byte)(1 << group), 32), .. Enumerable.Repeat((byte)(1 << (group + 2)), 32)]);
}
