using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>As Q4_K, with 32 bytes of fifth bits @16, bit g of byte b for value b of group g, and the nibbles @48.</summary>
/// <remarks>256 values: 6 for the nibbles, 8 for the fifth bits, 8 for the scales; 34 with the 12 of the products. 176 bytes.</remarks>
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
        // Bit g of a byte belongs to group g; each vector has four groups that are even or odd.
        var (a, bits) = (code.Assembler, FormatEmitter.Temporary2);
        var groups = code.InMemory<byte>([.. Enumerable.Range(0, 64).Select(i => (byte)(1 << ((2 * (i / 16)) + half)))]);
        a.vbroadcasti32x4(bits, __xmmword_ptr[row + 16]);
        a.vptestmb(k4, bits, groups);
        a.vbroadcasti32x4(bits, __xmmword_ptr[row + 32]);
        a.vptestmb(k5, bits, groups);
        a.vpaddb(first.k4, first, _fifth);
        a.vpaddb(second.k5, second, _fifth);
    }
}
