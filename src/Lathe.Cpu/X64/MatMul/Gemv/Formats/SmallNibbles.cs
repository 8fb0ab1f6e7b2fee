using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Blocks of 32 with 16 bytes of nibbles, the low ones the first 16 values: four blocks make a vector of low and one of high nibbles.</summary>
internal abstract class SmallNibbles : SmallBlocks
{
    private NibbleCode? _nibbles;
    private AssemblerRegisterZMM _three;

    public override ReadOnlySpan<byte> Order => PieceOrder.Halves;

    /// <summary>Offset of the nibbles in a block.</summary>
    protected abstract int NibblesOffset { get; }

    /// <summary>The levels that the nibbles stand for; empty if they are codes themselves.</summary>
    protected virtual ReadOnlySpan<sbyte> Levels => [];

    public override void LoadConstants(FormatEmitter code)
    {
        base.LoadConstants(code);
        _nibbles = new NibbleCode(code, Levels, Offset);
        if (code.HasByteOperations)
        {
            _three = code.KeepConstant(code.InMemory<byte>([.. Enumerable.Range(0, 64).Select(i => (byte)((Math.Min(i / 16, 2) * BlockBytes) + (i % 16)))]));
        }
    }

    public override void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        var a = code.Assembler;
        var present = Math.Min(4, blocks - (4 * half));
        var start = row + (4 * half * BlockBytes);
        var lane = 1;
        if (code.HasByteOperations && present == 4)
        {
            // Three blocks lie within 64 bytes: one permutation instead of two insertions.
            a.vpermb(first, _three, __zmmword_ptr[start + NibblesOffset]);
            lane = 3;
        }
        else
        {
            a.vmovdqu8(first.ToXmm(), __xmmword_ptr[start + NibblesOffset]);
        }

        for (; lane < present; lane++)
        {
            a.vinserti32x4(first, first, __xmmword_ptr[start + ((lane * BlockBytes) + NibblesOffset)], (byte)lane);
        }

        _nibbles!.Split(code, first, second);
        Finish(code, start, present, first, second);
    }

    /// <summary>Makes codes of the nibbles where these are not all of them.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="start">Address of the first of the blocks that the nibbles come from.</param>
    /// <param name="blocks">How many of these exist, at most four.</param>
    /// <param name="first">Nibbles of the first halves of the blocks.</param>
    /// <param name="second">Nibbles of the second halves.</param>
    protected virtual void Finish(FormatEmitter code, in AssemblerMemoryOperand start, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
    }
}
