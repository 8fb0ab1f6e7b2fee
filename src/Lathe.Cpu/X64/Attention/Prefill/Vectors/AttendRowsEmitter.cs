using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.Attention.Prefill.Vectors;

/// <summary>Online softmax of 32 query rows over a run of keys, all of it in f32.</summary>
/// <remarks>
/// <code>
/// dots:    for each 8 keys, for each dim: dot[key][panel] += key[dim] · queries[panel][dim]
/// values:  for each 8 dims, for each key: sums[dim][panel] += value[dim] · weights[key][panel]
/// </code>
/// Operands: keys and values f32 [key][dim], queries f32 [panel][dim][row], weights in the place of the scores.
/// Each broadcast serves two products: 10 loads for 16 multiply-adds, 8 cycles. The softmax takes 12 instructions for a vector of scores, a page of 128 + 128 dims 512
/// multiply-adds for it.
/// </remarks>
internal sealed class AttendRowsEmitter(int keyDim, int valueDim, bool capped, bool windowed) : AttendVectorsEmitter(capped, windowed)
{
    private const int PartDims = AttentionTileLayout.PanelRows;
    private const int UnrolledKeys = 4;

    protected override string Form => $"rows f32 dims={keyDim},{valueDim} avx512";

    protected override void Scores()
    {
        const int PanelDims = 16;
        Label keys = Code.CreateLabel(), dims = Code.CreateLabel();
        Code.mov(rdx, r15);
        CountKeys(Together);
        Code.Label(ref keys);
        for (var i = 0; i < Panels * Together; i++)
        {
            Code.vpxord(Zmm(i), Zmm(i), Zmm(i));
        }

        Code.mov(rdi, r10);
        Code.mov(eax, keyDim / PanelDims);
        Code.Label(ref dims);
        for (var dim = 0; dim < PanelDims; dim++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                Code.vmovaps(Operand(panel), __zmmword_ptr[rdi + ((panel * keyDim * VectorBytes) + (dim * VectorBytes))]);
            }

            for (var key = 0; key < Together; key++)
            {
                Code.vbroadcastss(Broadcast(key), __dword_ptr[r8 + (((key * keyDim) + dim) * sizeof(float))]);
                for (var panel = 0; panel < Panels; panel++)
                {
                    Code.vfmadd231ps(Accumulator(key, panel), Broadcast(key), Operand(panel));
                }
            }
        }

        Code.add(rdi, PanelDims * VectorBytes);
        Code.add(r8, PanelDims * sizeof(float));
        Code.dec(eax);
        Code.jne(dims);
        for (var i = 0; i < Panels * Together; i++)
        {
            Code.vmovaps(__zmmword_ptr[rdx + (i * VectorBytes)], Zmm(i));
        }

        Code.add(rdx, Together * KeyScoreBytes);
        Code.add(r8, (Together - 1) * keyDim * sizeof(float));
        Code.dec(ecx);
        Code.jne(keys);
    }

    protected override void Weights()
    {
        const int Keys = 4;
        var keys = Code.CreateLabel();
        Code.mov(rax, r15);
        CountKeys(Keys);
        Code.Label(ref keys);
        for (var i = 0; i < Panels * Keys; i++)
        {
            AssemblerRegisterZMM weight = Zmm(3 * i), fraction = Zmm((3 * i) + 1), power = Zmm((3 * i) + 2);
            Code.vaddps(weight, NegativeMaximum(i % Panels), __zmmword_ptr[rax + (i * VectorBytes)]);
            Power(weight, fraction, power);
            Code.vaddps(Total(i % Panels), Total(i % Panels), weight);
            Code.vmovaps(__zmmword_ptr[rax + (i * VectorBytes)], weight);
        }

        Code.add(rax, Keys * KeyScoreBytes);
        Code.dec(ecx);
        Code.jne(keys);
        StoreTotals();
    }

    protected override void Values()
    {
        var parts = Code.CreateLabel();
        Code.mov(rdi, r11);
        Code.mov(edx, valueDim / PartDims);
        Code.Label(ref parts);
        for (var dim = 0; dim < PartDims; dim += Together)
        {
            Values(dim);
        }

        Code.add(rdi, Panels * AttentionTileLayout.TileBytes);
        Code.add(r9, PartDims * sizeof(float));
        Code.dec(edx);
        Code.jne(parts);
        Code.imul(ecx, ebp, AttentionTileLayout.UnitKeys * valueDim * sizeof(float));
        Code.lea(r9, __[r9 + rcx - (valueDim * sizeof(float))]);
    }

    /// <summary>Adds eight dims of the weighted values to their sums.</summary>
    private void Values(int first)
    {
        var keys = Code.CreateLabel();
        LoadSums(first);

        Code.mov(rax, r15);
        Code.mov(rsi, r9);
        CountKeys(UnrolledKeys);
        Code.Label(ref keys);
        for (var key = 0; key < UnrolledKeys; key++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                Code.vmovaps(Operand(panel), __zmmword_ptr[rax + ((key * KeyScoreBytes) + (panel * VectorBytes))]);
            }

            for (var dim = 0; dim < Together; dim++)
            {
                Code.vbroadcastss(Broadcast(dim), __dword_ptr[rsi + (((key * valueDim) + first + dim) * sizeof(float))]);
                for (var panel = 0; panel < Panels; panel++)
                {
                    Code.vfmadd231ps(Accumulator(dim, panel), Broadcast(dim), Operand(panel));
                }
            }
        }

        Code.add(rax, UnrolledKeys * KeyScoreBytes);
        Code.add(rsi, UnrolledKeys * valueDim * sizeof(float));
        Code.dec(ecx);
        Code.jne(keys);
        StoreSums(first);
    }
}
