using Iced.Intel;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>Blocks of 32 with nibbles and a word of fifth bits, bit i for value i.</summary>
internal abstract class SmallFifthBits256 : SmallNibbles256
{
    private AssemblerRegisterYMM _bits;
    private AssemblerRegisterYMM _fifth;

    /// <summary>Offset of the fifth bits in a block.</summary>
    protected abstract int FifthBitsOffset { get; }

    public override void LoadConstants(FormatEmitter256 code)
    {
        base.LoadConstants(code);
        _bits = code.KeepConstant(code.InMemoryRepeated(0x80402010_08040201UL));
        _fifth = code.KeepConstant(code.InMemoryRepeated<byte>(0x10));
    }

    /// <summary>Every byte gets the byte that its bit is in, and keeps that bit alone.</summary>
    protected override void Finish(
        FormatEmitter256 code, in AssemblerMemoryOperand row, int pair, int blocks, AssemblerRegisterYMM first, AssemblerRegisterYMM second)
    {
        var a = code.Assembler;
        var (low, high) = (FormatEmitter256.Temporary0, FormatEmitter256.Temporary1);
        LoadPair(a, row, pair, blocks, 0, high);
        a.vpshufb(low, high, Bytes(code, FifthBitsOffset));
        a.vpshufb(high, high, Bytes(code, FifthBitsOffset + 2));
        AddFifth(a, low, first);
        AddFifth(a, high, second);
    }

    /// <summary>Eight times one byte, eight times the next.</summary>
    private static AssemblerMemoryOperand Bytes(FormatEmitter256 code, int start) =>
        code.InMemory<byte>([.. Enumerable.Range(0, 32).Select(lane => (byte)(start + (lane % 16 / 8)))]);

    private void AddFifth(Assembler a, AssemblerRegisterYMM bytes, AssemblerRegisterYMM codes)
    {
        a.vpand(bytes, bytes, _bits);
        a.vpcmpeqb(bytes, bytes, _bits);
        a.vpand(bytes, bytes, _fifth);
        a.vpor(codes, codes, bytes);
    }
}
