using Iced.Intel;
using Lathe.Formats.Gguf;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>Turns up to 16 rows of floats, of the weights or of the activations, into units of the float gemm: a row per lane.</summary>
/// <remarks>
/// <code>
/// for each 16 units
///     for each row: vector[row] = 16 units of it
///     store the columns of the vectors
/// </code>
/// Registers: zmm0-15 the vectors, zmm16-31 scratch, k1 k3 the values behind the last whole 16 units, k2 the lanes to write. rdi target, rdx source, rax its
/// stride, rsi row, r10 rows, r9 and r11 scratch. 64 shuffles, 64 cycles, for 256 units, each of which is then multiplied by every token.
/// </remarks>
/// <param name="source">What the rows hold.</param>
/// <param name="elements">Values of each row.</param>
/// <param name="rows">Rows, and lanes that are written, up to 16.</param>
/// <param name="unitBytes">Bytes from one unit to the next in the target.</param>
internal sealed class FloatPackEmitter(FloatSource source, int elements, int rows, int unitBytes) : KernelEmitter
{
    private const int Lanes = 16;
    private const int VectorBytes = 64;
    private const int PrefetchDistance = 64;

    public override string Key => $"pack {source} elements={elements} rows={rows} unit={unitBytes} {(source == FloatSource.F32ToBF16Pairs ? "avx512_bf16" : "avx512")}";

    private bool IsPairs => source is FloatSource.BF16Pairs or FloatSource.F32ToBF16Pairs;

    private int ElementsPerTurn => IsPairs ? 2 * Lanes : Lanes;

    private int SourceBytes => source is FloatSource.F32 or FloatSource.F32ToBF16Pairs ? sizeof(float) : sizeof(ushort);

    protected override void Body()
    {
        Code.mov(rdi, __[Arguments + FloatPackArguments.TargetOffset]);
        Code.mov(rdx, __[Arguments + FloatPackArguments.SourceOffset]);
        Code.mov(rax, __[Arguments + FloatPackArguments.SourceStrideOffset]);
        Code.mov(r10, __[Arguments + FloatPackArguments.RowsOffset]);
        Code.xor(r11d, r11d);
        SetMask(k2, rows);
        if (elements / ElementsPerTurn is > 0 and var turns)
        {
            Code.mov(ecx, turns);
            var turn = Code.CreateLabel();
            Code.Label(ref turn);
            Turn(ElementsPerTurn);
            Code.dec(ecx);
            Code.jne(turn);
        }

        if (elements % ElementsPerTurn is > 0 and var rest)
        {
            SetMask(k1, source == FloatSource.F32ToBF16Pairs ? Math.Min(rest, Lanes) : rest);
            SetMask(k3, Math.Max(rest - Lanes, 0));
            Turn(rest);
        }
    }

    private void SetMask(AssemblerRegisterK mask, int bits)
    {
        Code.mov(r9d, (int)((1L << bits) - 1));
        Code.kmovd(mask, r9d);
    }

    private void Turn(int present)
    {
        Code.mov(rsi, rdx);
        for (var row = 0; row < rows; row++)
        {
            Code.prefetcht0(__byte_ptr[rsi + PrefetchDistance]);
            Load(Zmm(row), present < ElementsPerTurn);
            if (row < rows - 1)
            {
                Code.cmp(r10, row + 2);
                Code.mov(r9, rax);
                Code.cmovl(r9, r11);
                Code.add(rsi, r9);
            }
        }

        Transposition.Emit(Code);
        var units = IsPairs ? (present + 1) / 2 : present;
        for (var unit = 0; unit < units; unit++)
        {
            var target = __zmmword_ptr[rdi + (unit * unitBytes)];
            Code.vmovups(rows < Lanes ? target.k2 : target, Transposition.Column(unit));
        }

        Code.add(rdi, units * unitBytes);
        Code.add(rdx, present * SourceBytes);
    }

    /// <summary>16 units of the row at rsi, or those under the masks.</summary>
    private void Load(AssemblerRegisterZMM target, bool partial)
    {
        var masked = partial ? target.k1.z : target;
        switch (source)
        {
            case FloatSource.F32:
                FloatFormat.Load(Code, GgmlType.F32, masked, __[rsi]);
                break;
            case FloatSource.F16:
                FloatFormat.Load(Code, GgmlType.F16, masked, __[rsi]);
                break;
            case FloatSource.BF16:
                FloatFormat.Load(Code, GgmlType.BF16, masked, __[rsi]);
                break;
            case FloatSource.BF16Pairs:
                Code.vmovdqu16(masked, __zmmword_ptr[rsi]);
                break;
            case FloatSource.F32ToBF16Pairs:
                Code.vmovups(partial ? zmm16.k1.z : zmm16, __zmmword_ptr[rsi]);
                Code.vmovups(partial ? zmm17.k3.z : zmm17, __zmmword_ptr[rsi + VectorBytes]);
                Code.vcvtne2ps2bf16(target, zmm17, zmm16);
                break;
            default:
                throw new NotSupportedException($"{source} is not a source of the float gemm");
        }
    }
}
