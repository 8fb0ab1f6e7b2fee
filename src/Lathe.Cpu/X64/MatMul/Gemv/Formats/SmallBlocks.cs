using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Types with blocks of 32 values that start with an f16 scale.</summary>
internal abstract class SmallBlocks : GemvFormat
{
    private const int VectorBytes = 64;

    private AssemblerRegisterZMM _scaleWords;

    public override int BlockElements => 32;

    /// <summary>True if the scales of four blocks lie in one vector, so that a permutation of words collects them.</summary>
    private bool ScalesFitVector => (3 * BlockBytes) + sizeof(ushort) <= VectorBytes && BlockBytes % sizeof(ushort) == 0;

    public override void LoadConstants(FormatEmitter code)
    {
        if (ScalesFitVector)
        {
            _scaleWords = code.KeepConstant(code.InMemory<ushort>([.. Enumerable.Range(0, 32).Select(lane => (ushort)(lane % 4 * BlockBytes / sizeof(ushort)))]));
            code.Assembler.mov(ecx, 0xf0);
            code.Assembler.kmovd(k6, ecx);
        }
    }

    public override void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blocks, AssemblerRegisterZMM target)
    {
        var (a, half) = (code.Assembler, target.ToXmm());
        if (ScalesFitVector && blocks == BlocksPerStep)
        {
            a.vpermw(target, _scaleWords, __zmmword_ptr[row]);
            a.vpermw(target.k6, _scaleWords, __zmmword_ptr[row + (4 * BlockBytes)]);
            a.vcvtph2ps(target.ToYmm(), half);
            return;
        }

        GatherFour(a, row, 0, Math.Min(4, blocks), rcx, ecx);
        a.vmovq(half, rcx);
        if (blocks > 4)
        {
            GatherFour(a, row + (4 * BlockBytes), 0, blocks - 4, rsi, esi);
            a.vpinsrq(half, half, rsi, 1);
        }

        a.vcvtph2ps(target.ToYmm(), half);
    }

    /// <summary>Collects 16 bits of up to four blocks. This goes through general registers, whose instructions run beside the vector ones.</summary>
    protected void GatherFour(Assembler a, in AssemblerMemoryOperand row, int offset, int blocks, AssemblerRegister64 target, AssemblerRegister32 target32)
    {
        a.movzx(target32, __word_ptr[row + offset]);
        for (var block = 1; block < blocks; block++)
        {
            a.movzx(edx, __word_ptr[row + ((block * BlockBytes) + offset)]);
            a.shl(rdx, (byte)(16 * block));
            a.or(target, rdx);
        }
    }
}
