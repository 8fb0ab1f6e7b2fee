using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Blocks of 32 with 16 bytes of nibbles, the low ones the first 16 values: four blocks make a vector of low and one of high nibbles.</summary>
internal abstract class SmallNibbles : SmallBlocks
{
    private AssemblerRegisterZMM _mask;

    public override ReadOnlySpan<byte> Order => PieceOrder.Halves;

    /// <summary>Offset of the nibbles in a block.</summary>
    protected abstract int NibblesOffset { get; }

    public override void LoadConstants(FormatEmitter code) => _mask = code.KeepConstant(code.InMemoryRepeated<byte>(0x0f));

    public override void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        var a = code.Assembler;
        var present = Math.Min(4, blocks - (4 * half));
        a.vmovdqu8(first.ToXmm(), __xmmword_ptr[row + Nibbles(half, 0)]);
        for (var lane = 1; lane < present; lane++)
        {
            a.vinserti32x4(first, first, __xmmword_ptr[row + Nibbles(half, lane)], (byte)lane);
        }

        a.vpsrlw(second, first, 4);
        a.vpandd(first, first, _mask);
        a.vpandd(second, second, _mask);
        Finish(code, row, half, present, first, second);
    }

    /// <summary>Makes codes of the nibbles.</summary>
    protected virtual void Finish(
        FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
    }

    private int Nibbles(int half, int lane) => (((4 * half) + lane) * BlockBytes) + NibblesOffset;
}
