using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.Attention.Prefill.Vectors;

/// <summary>Online softmax of 32 query rows over a run of keys with <c>vdpbf16ps</c>: queries, keys, values and weights are bf16, everything else is f32.</summary>
/// <remarks>
/// <code>
/// dots:    for each 8 keys, for each pair of dims: dot[key][panel] += key[pair] · queries[panel][pair]
/// weights: cut off to bf16, those of two keys side by side; the totals are summed over what is left
/// values:  for each 8 dims, for each pair of keys: sums[dim][panel] += value[dim][pair] · weights[pair][panel]
/// </code>
/// Operands lie as for matrix tiles (<see cref="AttentionTileLayout"/>), in which the pairs that a lane multiplies are 32 bits, and so are those that are broadcast.
/// In the softmax sets of four registers: two weights, and scratch; k1 the upper words.
/// Each broadcast serves two products: 10 loads for 16 instructions, 8 cycles, of 512 multiply-adds. A page of 128 + 128 dims takes 512 such instructions a panel for 700 of the softmax, which have
/// twice the ports for the most part.
/// </remarks>
internal sealed class AttendPairsEmitter(AttentionTileLayout layout, bool capped, bool windowed) : AttendVectorsEmitter(capped, windowed)
{
    /// <summary>Working memory for the weights of a page.</summary>
    public const int WeightBytes = AttentionTileLayout.UnitsPerPage * AttentionTileLayout.WeightBytes;

    private const int Tile = AttentionTileLayout.TileBytes;
    private const int Row = AttentionTileLayout.RowBytes;
    private const int PairBytes = 4;
    private const int Pairs = AttentionTileLayout.UnitKeys / 2; // of dims in a step, of keys in a unit
    private const int Sets = 6;
    private const ushort OneBFloat16 = 0x3f80;

    protected override string Form => $"pairs bf16 dims={layout.KeyDim},{layout.ValueDim} avx512bf16";

    protected override void Scores()
    {
        Label keys = Code.CreateLabel(), steps = Code.CreateLabel();
        Code.mov(rdx, r15);
        CountKeys(Together);
        Code.Label(ref keys);
        for (var i = 0; i < Panels * Together; i++)
        {
            Code.vpxord(Zmm(i), Zmm(i), Zmm(i));
        }

        Code.mov(rsi, r8);
        Code.mov(rdi, r10);
        Code.mov(eax, layout.Steps);
        Code.Label(ref steps);
        for (var pair = 0; pair < Pairs; pair++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                Code.vmovaps(Operand(panel), __zmmword_ptr[rdi + ((panel * layout.QueryPanelBytes) + (pair * Row))]);
            }

            for (var key = 0; key < Together; key++)
            {
                Code.vpbroadcastd(Broadcast(key), __dword_ptr[rsi + ((key * Row) + (pair * PairBytes))]);
                for (var panel = 0; panel < Panels; panel++)
                {
                    Code.vdpbf16ps(Accumulator(key, panel), Broadcast(key), Operand(panel));
                }
            }
        }

        Code.add(rdi, Tile);
        Code.add(rsi, Tile);
        Code.dec(eax);
        Code.jne(steps);
        for (var i = 0; i < Panels * Together; i++)
        {
            Code.vmovaps(__zmmword_ptr[rdx + (i * VectorBytes)], Zmm(i));
        }

        // The second eight keys of a tile are in the lower half of its rows; then come the tiles of the next sixteen.
        var next = Code.CreateLabel();
        Code.add(rdx, Together * KeyScoreBytes);
        Code.add(r8, Together * Row);
        Code.dec(ecx);
        Code.test(ecx, 1);
        Code.jne(next);
        Code.add(r8, (layout.Steps - 1) * Tile);
        Code.Label(ref next);
        Code.test(ecx, ecx);
        Code.jne(keys);
    }

    protected override void Weights()
    {
        Code.mov(eax, unchecked((int)0xaaaa_aaaa));
        Code.kmovd(k1, eax);
        Code.mov(rax, r15);
        Code.mov(rdx, __[Arguments + AttendArguments.WeightsOffset]);
        Code.mov(ecx, ebp);
        var unit = Code.CreateLabel();
        Code.Label(ref unit);
        for (var pair = 0; pair < Pairs; pair++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                var first = ((Panels * pair) + panel) % Sets * 4;
                AssemblerRegisterZMM even = Zmm(first), odd = Zmm(first + 1), fraction = Zmm(first + 2), power = Zmm(first + 3);
                var scores = (2 * pair * KeyScoreBytes) + (panel * VectorBytes);
                Code.vaddps(even, NegativeMaximum(panel), __zmmword_ptr[rax + scores]);
                Code.vaddps(odd, NegativeMaximum(panel), __zmmword_ptr[rax + (scores + KeyScoreBytes)]);
                Power(even, fraction, power, PowerOfTwo.Coarse);
                Power(odd, fraction, power, PowerOfTwo.Coarse);

                // Words 2i and 2i + 1 are the upper halves of lane i of both.
                Code.vpsrld(even, even, 16);
                Code.vmovdqu16(even.k1, odd);
                Code.vdpbf16ps(Total(panel), even, Repeated(OneBFloat16));
                Code.vmovaps(__zmmword_ptr[rdx + ((panel * Tile) + (pair * Row))], even);
            }
        }

        Code.add(rax, AttentionTileLayout.UnitKeys * KeyScoreBytes);
        Code.add(rdx, AttentionTileLayout.WeightBytes);
        Code.dec(ecx);
        Code.jne(unit);
        StoreTotals();
    }

    protected override void Values()
    {
        var parts = Code.CreateLabel();
        Code.mov(rdi, r11);
        Code.mov(edx, layout.Parts);
        Code.Label(ref parts);
        for (var dim = 0; dim < AttentionTileLayout.PanelRows; dim += Together)
        {
            Values(dim);
        }

        Code.add(rdi, Panels * Tile);
        Code.add(r9, Tile);
        Code.dec(edx);
        Code.jne(parts);
        Code.imul(ecx, ebp, layout.ValueUnitBytes);
        Code.lea(r9, __[r9 + rcx - layout.ValueUnitBytes]);
    }

    /// <summary>Adds eight dims of the weighted values to their sums.</summary>
    private void Values(int first)
    {
        LoadSums(first);
        Code.mov(rax, __[Arguments + AttendArguments.WeightsOffset]);
        Code.mov(rsi, r9);
        Code.mov(ecx, ebp);
        var unit = Code.CreateLabel();
        Code.Label(ref unit);
        for (var pair = 0; pair < Pairs; pair++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                Code.vmovaps(Operand(panel), __zmmword_ptr[rax + ((panel * Tile) + (pair * Row))]);
            }

            for (var dim = 0; dim < Together; dim++)
            {
                Code.vpbroadcastd(Broadcast(dim), __dword_ptr[rsi + (((first + dim) * Row) + (pair * PairBytes))]);
                for (var panel = 0; panel < Panels; panel++)
                {
                    Code.vdpbf16ps(Accumulator(dim, panel), Broadcast(dim), Operand(panel));
                }
            }
        }

        Code.add(rax, AttentionTileLayout.WeightBytes);
        Code.add(rsi, layout.ValueUnitBytes);
        Code.dec(ecx);
        Code.jne(unit);
        StoreSums(first);
    }
}
