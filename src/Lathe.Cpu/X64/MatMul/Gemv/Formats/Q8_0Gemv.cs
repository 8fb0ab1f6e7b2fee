using Iced.Intel;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>f16 scale @0, signed bytes @2, which 128 makes unsigned.</summary>
/// <remarks>256 values: 4 insertions, 4 to make them unsigned, 5 for the scales; 30 with the 17 of the products. 272 bytes.</remarks>
internal sealed class Q8_0Gemv : SmallBlocks
{
    private AssemblerRegisterZMM _signs;

    public override GgmlType Type => GgmlType.Q8_0;

    public override int BlockBytes => Q8_0.BlockBytes;

    public override int Offset => 128;

    public override ReadOnlySpan<byte> Order => PieceOrder.Natural;

    public override void LoadConstants(FormatEmitter code) => _signs = code.KeepConstant(code.InMemoryRepeated<byte>(0x80));

    public override void Codes(FormatEmitter code, in AssemblerMemoryOperand row, int half, int blocks, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        Pair(code.Assembler, row, 4 * half, blocks, first);
        Pair(code.Assembler, row, (4 * half) + 2, blocks, second);
    }

    private void Pair(Assembler a, in AssemblerMemoryOperand row, int block, int blocks, AssemblerRegisterZMM target)
    {
        if (block >= blocks)
        {
            a.vpxord(target, target, target);
            return;
        }

        a.vmovdqu8(target.ToYmm(), __ymmword_ptr[row + ((block * BlockBytes) + 2)]);
        if (block + 1 < blocks)
        {
            a.vinserti64x4(target, target, __ymmword_ptr[row + (((block + 1) * BlockBytes) + 2)], 1);
        }

        a.vpxord(target, target, _signs);
    }
}
