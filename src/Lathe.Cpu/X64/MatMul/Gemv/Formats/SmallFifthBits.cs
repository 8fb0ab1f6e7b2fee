using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Blocks of 32 with nibbles and a word of fifth bits, bit i for value i: the lower halves of four words mask the vector of low nibbles, the upper
/// halves that of high ones.</summary>
internal abstract class SmallFifthBits : SmallNibbles
{
    private AssemblerRegisterZMM _fifth;

    /// <summary>Offset of the fifth bits in a block.</summary>
    protected abstract int FifthBitsOffset { get; }

    public override void LoadConstants(FormatEmitter code)
    {
        base.LoadConstants(code);
        _fifth = code.KeepConstant(code.InMemoryRepeated<byte>(0x10));
    }

    /// <summary>Four vector instructions; the bits are collected by scalar ones, which have ports of their own.</summary>
    protected override void Finish(FormatEmitter code, in AssemblerMemoryOperand start, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        var a = code.Assembler;
        GatherFour(a, start, FifthBitsOffset, blocks, rcx, ecx);
        GatherFour(a, start, FifthBitsOffset + 2, blocks, rsi, esi);
        a.kmovq(k4, rcx);
        a.kmovq(k5, rsi);
        a.vpaddb(first.k4, first, _fifth);
        a.vpaddb(second.k5, second, _fifth);
    }
}
