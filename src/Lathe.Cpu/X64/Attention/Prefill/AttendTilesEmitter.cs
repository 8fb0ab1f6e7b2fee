using Iced.Intel;
using Lathe.Cpu.X64.MatMul.Tiles;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>Online softmax of 32 query rows over a run of keys with bf16 matrix tiles. Query rows lie across the lanes, so that largest, sum and
/// rescaling of a row need no step across lanes.</summary>
/// <remarks>
/// Scores arrive as logarithms to base two, because the queries carry that factor. A step is a page, two units of 32 keys.
/// <code>
/// scores = keys · queriesᵀ                                  of the first step
/// while there are steps
///     cap scores; hidden ones become −∞
///     if max(scores) &gt; maximum + 8 in some lane               seldom: else weights stay below 2^8 and nothing is rescaled
///         sums += valuesᵀ · weights                         of what is gathered
///         total, sums *= 2^(maximum − max); maximum = max
///     for each unit, woven into each other
///         tiles = keys · queriesᵀ                           of the next step: 4 tiles, 4 products per 32 dims
///         weights = bf16(2^(scores − maximum))              cut off, not rounded
///         total += weights                                  of the cut weights, so that their common error cancels
///         scores = tiles                                    over those that have just become weights
///     if the weights of eight units are gathered, or the keys end
///         for each two parts of 16 dims: sums += valuesᵀ · weights
/// </code>
/// Registers: tmm0-3 accumulators, tmm4-5 left, tmm6-7 right operands; zmm0-19 at work, zmm20 the smallest exponent, zmm21 pairs of bf16 ones, zmm22-23 minus maximum,
/// zmm24-25 total, zmm26-29 polynomial; k1 odd words; r8 keys, r9 values, r10 queries, r11 sums, r12 statistics, r13 units left, r14 position,
/// r15 row stride of a tile, rsi scores, rbp units of the step, rdi units gathered; rax rcx rdx scratch.
/// Work for 32 rows, 32 keys and 128 + 128 dims is 32 tile products of 16 cycles, 512 cycles; the softmax takes about 680 vector instructions, 340 cycles,
/// in their shadow. Loads are 28 tiles of 16 lines, 224 cycles.
/// </remarks>
internal sealed partial class AttendTilesEmitter(AttentionTileLayout layout, bool capped, bool windowed) : KernelEmitter
{
    /// <summary>Units of a step, a page: their scores stay in the first-level cache.</summary>
    private const int StepUnits = AttentionTileLayout.UnitsPerPage;

    /// <summary>Units whose weights are gathered before the sums are read and written.</summary>
    private const int GatheredUnits = 8;

    /// <summary>Working memory for scores.</summary>
    public const int ScoreBytes = StepUnits * AttentionTileLayout.ScoreBytes;

    /// <summary>Working memory for weights.</summary>
    public const int WeightBytes = GatheredUnits * AttentionTileLayout.WeightBytes;

    /// <summary>The largest weight is two to the power of this.</summary>
    private const float Slack = 8;

    private const int Tile = AttentionTileLayout.TileBytes;
    private const int Row = AttentionTileLayout.RowBytes;
    private const int PanelScores = 2 * Tile;
    private const int WeightSets = 5;
    private const byte GreaterThan = 0x1E; // ordered, quiet
    private const int LoopSlot = 0, NextUnitsSlot = 4, PartSlot = 8;

    private static AssemblerRegisterZMM Ones => zmm21;

    private static AssemblerRegisterZMM SmallestExponent => zmm20;

    public override string Key => $"attention tiles dims={layout.KeyDim},{layout.ValueDim} cap={capped} window={windowed} amx-bf16";

    protected override int FrameBytes => 64;

    protected override void Body()
    {
        Code.ldtilecfg(Constant(TileConfiguration.Bytes));
        Load();
        Label next = Code.CreateLabel(), scored = Code.CreateLabel(), done = Code.CreateLabel();
        CountNextUnits();
        Code.mov(rcx, rsi);
        Repeat(() =>
        {
            Weave(Products(), []);
            StoreScores();
        });
        Code.jmp(scored);

        Code.Label(ref next);
        CountNextUnits();
        Code.mov(rax, rsi);
        Code.mov(rcx, rsi);
        Code.imul(edx, edi, AttentionTileLayout.WeightBytes);
        Code.add(rdx, __[Arguments + AttendArguments.WeightsOffset]);
        Repeat(() =>
        {
            Weave(Products(), Weights());
            StoreScores();
        });

        // The last step may be shorter than the one before.
        Code.mov(ecx, ebp);
        Code.sub(ecx, __dword_ptr[rsp + NextUnitsSlot]);
        Code.mov(__dword_ptr[rsp + LoopSlot], ecx);
        Repeat(() => Weave([], Weights()));
        Code.add(edi, ebp);
        Code.cmp(__dword_ptr[rsp + NextUnitsSlot], 0);
        Code.je(done);
        Code.cmp(edi, GatheredUnits - StepUnits);
        Code.jbe(scored);
        AddValues();

        Code.Label(ref scored);
        Code.mov(ebp, __dword_ptr[rsp + NextUnitsSlot]);
        if (capped)
        {
            Cap();
        }

        Hide();
        Rescale();
        Code.jmp(next);

        Code.Label(ref done);
        AddValues();
        Store();
        Code.tilerelease();
    }

    private static AssemblerMemoryOperand TileAt(AssemblerRegister64 address, int offset = 0) => __[address + r15 + offset];

    private static AssemblerRegisterZMM NegativeMaximum(int panel) => Zmm(22 + panel);

    private static AssemblerRegisterZMM Total(int panel) => Zmm(24 + panel);

    private static AssemblerRegisterZMM Coefficient(int power) => Zmm(26 + power);

    private static AssemblerMemoryOperand Statistic(int offset, int panel) => __zmmword_ptr[r12 + (offset + (Row * panel))];

    private void Load()
    {
        Code.mov(r8, __[Arguments + AttendArguments.KeysOffset]);
        Code.mov(r9, __[Arguments + AttendArguments.ValuesOffset]);
        Code.mov(r10, __[Arguments + AttendArguments.QueriesOffset]);
        Code.mov(r11, __[Arguments + AttendArguments.SumsOffset]);
        Code.mov(r12, __[Arguments + AttendArguments.StatisticsOffset]);
        Code.mov(r13, __[Arguments + AttendArguments.UnitsOffset]);
        Code.mov(r14d, __dword_ptr[Arguments + AttendArguments.PositionOffset]);
        Code.mov(r15d, Row);
        Code.xor(edi, edi);
        Code.mov(rsi, __[Arguments + AttendArguments.ScoresOffset]);
        Code.mov(eax, unchecked((int)0xAAAA_AAAA));
        Code.kmovd(k1, eax);
        const ushort OneBFloat16 = 0x3F80;
        Code.vmovups(Ones, Repeated(OneBFloat16));
        Code.vmovups(SmallestExponent, Repeated(-126f));
        for (var power = 0; power < PowerOfTwo.Coarse.Length; power++)
        {
            Code.vmovups(Coefficient(power), Repeated(PowerOfTwo.Coarse[power]));
        }

        for (var panel = 0; panel < AttentionTileLayout.Panels; panel++)
        {
            Code.vmovups(NegativeMaximum(panel), Statistic(RowStatistics.NegativeMaximumOffset, panel));
            Code.vmovups(Total(panel), Statistic(RowStatistics.TotalOffset, panel));
        }
    }

    private void Store()
    {
        for (var panel = 0; panel < AttentionTileLayout.Panels; panel++)
        {
            Code.vmovups(Statistic(RowStatistics.NegativeMaximumOffset, panel), NegativeMaximum(panel));
            Code.vmovups(Statistic(RowStatistics.TotalOffset, panel), Total(panel));
        }
    }

    /// <summary>Units of the step whose scores come next, 0 at the end.</summary>
    private void CountNextUnits()
    {
        Code.mov(eax, StepUnits);
        Code.cmp(r13, rax);
        Code.cmovb(eax, r13d);
        Code.sub(r13, rax);
        Code.mov(__dword_ptr[rsp + NextUnitsSlot], eax);
        Code.mov(__dword_ptr[rsp + LoopSlot], eax);
    }

    /// <summary>Repeats what <paramref name="body"/> writes as often as the slot says, which may be never.</summary>
    private void Repeat(Action body)
    {
        Label again = Code.CreateLabel(), end = Code.CreateLabel();
        Code.cmp(__dword_ptr[rsp + LoopSlot], 0);
        Code.je(end);
        Code.Label(ref again);
        body();
        Code.dec(__dword_ptr[rsp + LoopSlot]);
        Code.jne(again);
        Code.Label(ref end);
    }

    /// <summary>The scores of one unit: <c>tmm0-3 = [r8] · [r10]</c>; r8 moves on.</summary>
    private List<Action> Products()
    {
        var actions = new List<Action>
        {
            () => Code.tilezero(tmm0),
            () => Code.tilezero(tmm1),
            () => Code.tilezero(tmm2),
            () => Code.tilezero(tmm3),
        };
        for (var step = 0; step < layout.Steps; step++)
        {
            var at = step * Tile;
            actions.Add(() => Code.tileloaddt1(tmm4, TileAt(r8, at)));
            actions.Add(() => Code.tileloadd(tmm6, TileAt(r10, at)));
            actions.Add(() => Code.tdpbf16ps(tmm0, tmm4, tmm6));
            actions.Add(() => Code.tileloadd(tmm7, TileAt(r10, layout.QueryPanelBytes + at)));
            actions.Add(() => Code.tdpbf16ps(tmm1, tmm4, tmm7));
            actions.Add(() => Code.tileloaddt1(tmm5, TileAt(r8, (layout.Steps * Tile) + at)));
            actions.Add(() => Code.tdpbf16ps(tmm2, tmm5, tmm6));
            actions.Add(() => Code.tdpbf16ps(tmm3, tmm5, tmm7));
        }

        actions.Add(() => Code.add(r8, layout.KeyUnitBytes));
        return actions;
    }

    /// <summary>Stores the scores of one unit to <c>[rcx]</c>, which moves on: where the weights of the step before have just been made from.</summary>
    private void StoreScores()
    {
        Code.tilestored(TileAt(rcx), tmm0);
        Code.tilestored(TileAt(rcx, PanelScores), tmm1);
        Code.tilestored(TileAt(rcx, Tile), tmm2);
        Code.tilestored(TileAt(rcx, PanelScores + Tile), tmm3);
        Code.add(rcx, AttentionTileLayout.ScoreBytes);
    }

    /// <summary>Adds the gathered weights' values to the sums; r9 moves on.</summary>
    private void AddValues()
    {
        if (layout.Parts > 1)
        {
            Code.mov(__dword_ptr[rsp + PartSlot], layout.Parts / 2);
            var parts = Code.CreateLabel();
            Code.Label(ref parts);
            AddValues(parts: 2);
            Code.dec(__dword_ptr[rsp + PartSlot]);
            Code.jne(parts);
        }

        if (layout.Parts % 2 != 0)
        {
            AddValues(parts: 1);
        }

        Code.sub(r11, layout.SumBytes);
        Code.dec(edi);
        Code.imul(eax, edi, layout.ValueUnitBytes);
        Code.add(r9, rax);
        Code.xor(edi, edi);
    }

    private void AddValues(int parts)
    {
        Code.mov(rax, r9);
        Code.mov(rdx, __[Arguments + AttendArguments.WeightsOffset]);
        Code.mov(ecx, edi);
        for (var tile = 0; tile < 2 * parts; tile++)
        {
            Code.tileloadd(Accumulator(tile), TileAt(r11, tile * Tile));
        }

        var unit = Code.CreateLabel();
        Code.Label(ref unit);
        Code.tileloadd(tmm6, TileAt(rdx));
        Code.tileloaddt1(tmm4, TileAt(rax));
        Code.tdpbf16ps(tmm0, tmm4, tmm6);
        Code.tileloadd(tmm7, TileAt(rdx, Tile));
        Code.tdpbf16ps(tmm1, tmm4, tmm7);
        if (parts > 1)
        {
            Code.tileloaddt1(tmm5, TileAt(rax, Tile));
            Code.tdpbf16ps(tmm2, tmm5, tmm6);
            Code.tdpbf16ps(tmm3, tmm5, tmm7);
        }

        Code.add(rax, layout.ValueUnitBytes);
        Code.add(rdx, AttentionTileLayout.WeightBytes);
        Code.dec(ecx);
        Code.jne(unit);
        for (var tile = 0; tile < 2 * parts; tile++)
        {
            Code.tilestored(TileAt(r11, tile * Tile), Accumulator(tile));
        }

        Code.add(r9, parts * Tile);
        Code.add(r11, 2 * parts * Tile);
    }

    private static AssemblerRegisterTMM Accumulator(int number) => new(Register.TMM0 + number);

    /// <summary>Writes two sequences of instructions in even alternation, so that both kinds of units of the core have work.</summary>
    private static void Weave(List<Action> matrix, List<Action> vector)
    {
        var done = 0;
        for (var i = 0; i < matrix.Count; i++)
        {
            matrix[i]();
            for (; done < vector.Count * (i + 1) / matrix.Count; done++)
            {
                vector[done]();
            }
        }

        for (; done < vector.Count; done++)
        {
            vector[done]();
        }
    }
}
