using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Writes the scales of blocks of 32 that start with an f16 scale and an f16 minimum: the pairs stay pairs, scales in the even lanes,
/// minima in the odd ones.</summary>
internal static class SmallMinima
{
    public static int ScaleLane(int group) => 2 * group;

    public static int MinimumLane(int group) => (2 * group) + 1;

    /// <summary>Nine instructions: six insertions into a quarter, one into a half, and a conversion that counts as two.</summary>
    public static void Scales(FormatEmitter code, in AssemblerMemoryOperand row, int blockBytes, int blocks, AssemblerRegisterZMM target)
    {
        var a = code.Assembler;
        Quarter(a, row, blockBytes, Math.Min(4, blocks), target.ToXmm());
        if (blocks > 4)
        {
            var upper = FormatEmitter.Temporary0;
            Quarter(a, row + (4 * blockBytes), blockBytes, blocks - 4, upper.ToXmm());
            a.vinserti32x4(target.ToYmm(), target.ToYmm(), upper.ToXmm(), 1);
        }

        a.vcvtph2ps(target, target.ToYmm());
    }

    private static void Quarter(Assembler a, in AssemblerMemoryOperand row, int blockBytes, int blocks, AssemblerRegisterXMM target)
    {
        a.vmovd(target, __dword_ptr[row]);
        for (var block = 1; block < blocks; block++)
        {
            a.vpinsrd(target, target, __dword_ptr[row + (block * blockBytes)], (byte)block);
        }
    }
}
