using Iced.Intel;
using Lathe.Engine.Inference;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.Attention.Prefill.Vectors;

/// <summary>Online softmax of 32 query rows over a run of keys. Query rows lie across the lanes, so that largest, sum and rescaling of a row need no step
/// across lanes, and keys and values are broadcast as they lie. How operands are stored and multiplied, subclasses say.</summary>
/// <remarks>
/// Scores are logarithms to base two, because the queries carry that factor. A step is a page, two units of 32 keys.
/// <code>
/// for each step
///     for each 8 keys: dots[key][panel] = key · queries[panel]             subclass
///     cap scores; hidden ones become −∞
///     rescale = 2^(maximum − max); maximum = max
///     weights = 2^(scores − maximum); total = total · rescale + weights    subclass
///     for each 8 dims                                                      subclass
///         sums[dim][panel] *= rescale
///         for each key: sums[dim][panel] += value[dim] · weights[key][panel]
/// </code>
/// Scores are f32 [key][panel][row], sums as <see cref="AttentionTileLayout"/> has them.
/// Registers: zmm0-15 dots or sums, zmm16-17 queries or weights, zmm18-23 broadcasts; in the softmax zmm0-23 sets of three or four; zmm24-25 largest scores, zmm26-27
/// totals, zmm28-29 minus maximum, zmm30-31 rescaling factors. r8 keys, r9 values, r10 queries, r11 sums, r12 statistics, r13 units left, r14 position, r15 scores, rbp
/// units of the step; rax rcx rdx rsi rdi scratch.
/// </remarks>
internal abstract class AttendVectorsEmitter(bool capped, bool windowed) : SoftmaxEmitter
{
    /// <summary>Working memory for the scores of a page.</summary>
    public const int ScoreBytes = KvLayout.PageTokens * KeyScoreBytes;

    private const byte Equal = 0;

    protected const int Panels = AttentionTileLayout.Panels;
    protected const int VectorBytes = 64;
    protected const int KeyScoreBytes = Panels * VectorBytes;

    /// <summary>Keys, or dims, with an accumulator per panel.</summary>
    protected const int Together = 8;

    public sealed override string Key => $"attention {Form} cap={capped} window={windowed}";

    /// <summary>What tells it from others but cap and window.</summary>
    protected abstract string Form { get; }

    protected static AssemblerRegisterZMM Accumulator(int index, int panel) => Zmm((Panels * index) + panel);

    protected static AssemblerRegisterZMM Operand(int panel) => Zmm(16 + panel);

    protected static AssemblerRegisterZMM Broadcast(int index) => Zmm(18 + (index % 6));

    protected static AssemblerRegisterZMM Largest(int panel) => Zmm(24 + panel);

    protected static AssemblerRegisterZMM Total(int panel) => Zmm(26 + panel);

    protected static AssemblerRegisterZMM NegativeMaximum(int panel) => Zmm(28 + panel);

    protected static AssemblerRegisterZMM Rescale(int panel) => Zmm(30 + panel);

    protected static AssemblerMemoryOperand Statistic(int offset, int panel) => __zmmword_ptr[r12 + (offset + (VectorBytes * panel))];

    /// <summary>Where the sums of a dim are; rdi is at the part of 16 dims.</summary>
    protected static AssemblerMemoryOperand Sum(int dim, int panel) =>
        __zmmword_ptr[rdi + ((panel * AttentionTileLayout.TileBytes) + (dim * AttentionTileLayout.RowBytes))];

    /// <summary>rcx = keys of the step over a power of two.</summary>
    protected void CountKeys(int together)
    {
        Code.mov(ecx, ebp);
        Code.shl(ecx, (byte)int.Log2(AttentionTileLayout.UnitKeys / together));
    }

    protected override void Body()
    {
        Code.mov(r8, __[Arguments + AttendArguments.KeysOffset]);
        Code.mov(r9, __[Arguments + AttendArguments.ValuesOffset]);
        Code.mov(r10, __[Arguments + AttendArguments.QueriesOffset]);
        Code.mov(r11, __[Arguments + AttendArguments.SumsOffset]);
        Code.mov(r12, __[Arguments + AttendArguments.StatisticsOffset]);
        Code.mov(r13, __[Arguments + AttendArguments.UnitsOffset]);
        Code.mov(r14d, __dword_ptr[Arguments + AttendArguments.PositionOffset]);
        Code.mov(r15, __[Arguments + AttendArguments.ScoresOffset]);
        var step = Code.CreateLabel();
        Code.Label(ref step);
        Code.mov(ebp, AttentionTileLayout.UnitsPerPage);
        Code.cmp(r13, rbp);
        Code.cmovb(rbp, r13);
        Scores();
        if (capped)
        {
            CapScores();
        }

        Hide();
        Maximum();
        Weights();
        Values();
        Code.add(r14d, KvLayout.PageTokens);
        Code.sub(r13, rbp);
        Code.jne(step);
    }

    /// <summary>Scores of the step, at r15; r8 moves on.</summary>
    protected abstract void Scores();

    /// <summary>Weights of the step, and their totals.</summary>
    protected abstract void Weights();

    /// <summary>Adds the weighted values of the step; r9 moves on.</summary>
    protected abstract void Values();

    /// <summary>Writes the totals back.</summary>
    protected void StoreTotals()
    {
        for (var panel = 0; panel < Panels; panel++)
        {
            Code.vmovaps(Statistic(RowStatistics.TotalOffset, panel), Total(panel));
        }
    }

    /// <summary>Takes the sums of eight dims into the accumulators, rescaled.</summary>
    protected void LoadSums(int first)
    {
        for (var dim = 0; dim < Together; dim++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                Code.vmulps(Accumulator(dim, panel), Rescale(panel), Sum(first + dim, panel));
            }
        }
    }

    protected void StoreSums(int first)
    {
        for (var dim = 0; dim < Together; dim++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                Code.vmovaps(Sum(first + dim, panel), Accumulator(dim, panel));
            }
        }
    }

    private void CapScores()
    {
        const int Sets = 8;
        var keys = Code.CreateLabel();
        Code.mov(rax, r15);
        CountKeys(Sets / Panels);
        Code.Label(ref keys);
        for (var i = 0; i < Sets; i++)
        {
            var score = Zmm(3 * i);
            Code.vmovaps(score, __zmmword_ptr[rax + (i * VectorBytes)]);
            Cap(score, Zmm((3 * i) + 1), Zmm((3 * i) + 2), __dword_bcst[Arguments + AttendArguments.CapOffset]);
            Code.vmovaps(__zmmword_ptr[rax + (i * VectorBytes)], score);
        }

        Code.add(rax, Sets * VectorBytes);
        Code.dec(ecx);
        Code.jne(keys);
    }

    /// <summary>Scores of keys that a row does not see become −∞, where the step holds any.</summary>
    private void Hide()
    {
        Label hide = Code.CreateLabel(), seen = Code.CreateLabel();
        Code.mov(ecx, ebp);
        Code.shl(ecx, (byte)int.Log2(AttentionTileLayout.UnitKeys));
        Code.lea(eax, __[r14 + rcx - 1]);
        Code.cmp(eax, __dword_ptr[Arguments + AttendArguments.LowestPositionOffset]);
        if (windowed)
        {
            Code.jg(hide);
            Code.cmp(r14d, __dword_ptr[Arguments + AttendArguments.HighestFirstOffset]);
            Code.jge(seen);
            Code.Label(ref hide);
        }
        else
        {
            Code.jle(seen);
        }

        HideKeys();
        Code.Label(ref seen);
    }

    /// <summary>rcx keys.</summary>
    private void HideKeys()
    {
        AssemblerRegisterZMM key = zmm0, one = zmm1, hidden = zmm2;
        Code.vpbroadcastd(key, r14d);
        Code.vmovdqu32(one, Repeated(1));
        Code.vmovups(hidden, Repeated(float.NegativeInfinity));
        for (var panel = 0; panel < Panels; panel++)
        {
            Code.vmovdqu32(Zmm(3 + panel), Statistic(RowStatistics.PositionOffset, panel));
            Code.vmovdqu32(Zmm(5 + panel), Statistic(RowStatistics.FirstVisibleOffset, panel));
        }

        Code.mov(rax, r15);
        var keys = Code.CreateLabel();
        Code.Label(ref keys);
        for (var panel = 0; panel < Panels; panel++)
        {
            Code.vpcmpgtd(k2, key, Zmm(3 + panel));
            Code.vmovups(__zmmword_ptr[rax + (panel * VectorBytes)].k2, hidden);
            if (windowed)
            {
                Code.vpcmpgtd(k2, Zmm(5 + panel), key);
                Code.vmovups(__zmmword_ptr[rax + (panel * VectorBytes)].k2, hidden);
            }
        }

        Code.vpaddd(key, key, one);
        Code.add(rax, KeyScoreBytes);
        Code.dec(ecx);
        Code.jne(keys);
    }

    /// <summary>The largest scores so far, and the factors of what was summed before.</summary>
    private void Maximum()
    {
        const int Chains = 4;
        var keys = Code.CreateLabel();
        Code.vmovups(zmm0, Repeated(float.NegativeInfinity));
        for (var i = 1; i < Panels * Chains; i++)
        {
            Code.vmovaps(Zmm(i), zmm0);
        }

        Code.mov(rax, r15);
        CountKeys(Together);
        Code.Label(ref keys);
        for (var key = 0; key < Together; key++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                var largest = Zmm((panel * Chains) + (key % Chains));
                Code.vmaxps(largest, largest, __zmmword_ptr[rax + ((key * KeyScoreBytes) + (panel * VectorBytes))]);
            }
        }

        Code.add(rax, Together * KeyScoreBytes);
        Code.dec(ecx);
        Code.jne(keys);
        for (var panel = 0; panel < Panels; panel++)
        {
            var (first, largest, before) = (panel * Chains, Largest(panel), Rescale(panel));
            Code.vmaxps(Zmm(first), Zmm(first), Zmm(first + 1));
            Code.vmaxps(Zmm(first + 2), Zmm(first + 2), Zmm(first + 3));
            Code.vmaxps(largest, Zmm(first), Zmm(first + 2));
            Code.vxorps(before, largest, Repeated(-0f));
            Code.vmovaps(NegativeMaximum(panel), Statistic(RowStatistics.NegativeMaximumOffset, panel));
            Code.vminps(largest, before, NegativeMaximum(panel));

            // The maximum before less the one now.
            Code.vsubps(before, largest, NegativeMaximum(panel));
            Code.vmovaps(NegativeMaximum(panel), largest);
            Code.vmovaps(Statistic(RowStatistics.NegativeMaximumOffset, panel), largest);

            // Exactly 1 where it did not rise, which the polynomial is not: how many pages follow that a row does not see must not matter.
            Code.vcmpps(k2, before, Repeated(0f), Equal);
            Power(before, Zmm(first), Zmm(first + 1));
            Code.vmovups(before.k2, Repeated(1f));
            Code.vmulps(Total(panel), before, Statistic(RowStatistics.TotalOffset, panel));
        }
    }
}
