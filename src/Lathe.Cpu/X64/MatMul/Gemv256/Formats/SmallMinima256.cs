using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>Writes the scales and minima of blocks of 32 that start with an f16 scale and an f16 minimum.</summary>
internal static class SmallMinima256
{
    /// <summary>Each vector has two pairs in either half, in the order that makes the even lanes of both the scales and the odd ones the minima.</summary>
    public static void Scales(
        Assembler a, in AssemblerMemoryOperand row, int blockBytes, int blocks, AssemblerRegisterYMM scales, AssemblerRegisterYMM minima)
    {
        var (first, second) = (FormatEmitter256.Temporary0, FormatEmitter256.Temporary1);
        Load(a, row, blockBytes, blocks, [0, 1, 4, 5], first);
        Load(a, row, blockBytes, blocks, [2, 3, 6, 7], second);
        a.vshufps(scales, first, second, 0b10_00_10_00);
        a.vshufps(minima, first, second, 0b11_01_11_01);
    }

    private static void Load(
        Assembler a, in AssemblerMemoryOperand row, int blockBytes, int blocks, ReadOnlySpan<int> order, AssemblerRegisterYMM target)
    {
        var pairs = target.ToXmm();
        a.vpxor(pairs, pairs, pairs);
        for (var lane = 0; lane < order.Length; lane++)
        {
            if (order[lane] < blocks)
            {
                a.vpinsrd(pairs, pairs, __dword_ptr[row + (order[lane] * blockBytes)], (byte)lane);
            }
        }

        a.vcvtph2ps(target, pairs);
    }
}
