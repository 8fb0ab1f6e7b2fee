using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.Attention.Prefill;

internal sealed partial class AttendTilesEmitter
{
    /// <summary>Bounds the scores of the step. They hold e, the logarithm of e^(2x) for x = score / c to base two; the bounded score is
    /// <c>c · log2(e) · (1 − 2 / (2^e + 1))</c>, whose factor is applied here.</summary>
    private void Cap()
    {
        const int Vectors = 4;
        Code.mov(rax, rsi);
        Code.imul(ecx, ebp, AttentionTileLayout.ScoreBytes / (Vectors * Row));
        var vectors = Code.CreateLabel();
        Code.Label(ref vectors);
        for (var i = 0; i < Vectors; i++)
        {
            AssemblerRegisterZMM exponent = Zmm(i), fraction = Zmm(i + Vectors), power = Zmm(i + (2 * Vectors));
            Code.vmovups(exponent, __zmmword_ptr[rax + (i * Row)]);
            FinePower(exponent, fraction, power);
            Code.vaddps(power, power, Repeated(1f));
            Code.vmovups(exponent, Repeated(2f));
            Code.vdivps(power, exponent, power);
            Code.vmovups(exponent, Repeated(1f));
            Code.vsubps(power, exponent, power);
            Code.vmulps(power, power, __dword_bcst[Arguments + AttendArguments.CapOffset]);
            Code.vmovups(__zmmword_ptr[rax + (i * Row)], power);
        }

        Code.add(rax, Vectors * Row);
        Code.dec(ecx);
        Code.jne(vectors);
    }

    /// <summary>Scores of keys that a row does not see become −∞, where the step holds any; r14 moves on.</summary>
    private void Hide()
    {
        Label hide = Code.CreateLabel(), seen = Code.CreateLabel();
        Code.mov(ecx, ebp);
        Code.shl(ecx, 5); // keys
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
        Code.imul(ecx, ebp, AttentionTileLayout.UnitKeys);
        Code.add(r14d, ecx);
    }

    private void HideKeys()
    {
        AssemblerRegisterZMM key = zmm0, one = zmm1, hidden = zmm2;
        Code.vpbroadcastd(key, r14d);
        Code.vmovdqu64(one, Repeated(1));
        Code.vmovups(hidden, Repeated(float.NegativeInfinity));
        for (var panel = 0; panel < AttentionTileLayout.Panels; panel++)
        {
            Code.vmovdqu64(Zmm(3 + panel), Statistic(RowStatistics.PositionOffset, panel));
            Code.vmovdqu64(Zmm(5 + panel), Statistic(RowStatistics.FirstVisibleOffset, panel));
        }

        Code.mov(rax, rsi);
        Code.mov(ecx, ebp);
        Label unit = Code.CreateLabel(), row = Code.CreateLabel();
        Code.Label(ref unit);
        Code.mov(edx, AttentionTileLayout.UnitKeys);
        Code.Label(ref row);
        for (var panel = 0; panel < AttentionTileLayout.Panels; panel++)
        {
            Code.vpcmpgtd(k2, key, Zmm(3 + panel));
            Code.vmovups(__zmmword_ptr[rax + (panel * PanelScores)].k2, hidden);
            if (windowed)
            {
                Code.vpcmpgtd(k2, Zmm(5 + panel), key);
                Code.vmovups(__zmmword_ptr[rax + (panel * PanelScores)].k2, hidden);
            }
        }

        Code.vpaddd(key, key, one);
        Code.add(rax, Row);
        Code.dec(edx);
        Code.jne(row);
        Code.add(rax, AttentionTileLayout.ScoreBytes - PanelScores);
        Code.dec(ecx);
        Code.jne(unit);
    }

    /// <summary>Takes the largest score of the step, and where it is far above the maximum, makes it the maximum.</summary>
    private void Rescale()
    {
        const int Accumulators = 4;
        Code.vmovups(zmm0, Repeated(float.NegativeInfinity));
        for (var i = 1; i < AttentionTileLayout.Panels * Accumulators; i++)
        {
            Code.vmovaps(Zmm(i), zmm0);
        }

        Code.mov(rax, rsi);
        Code.mov(ecx, ebp);
        var unit = Code.CreateLabel();
        Code.Label(ref unit);
        for (var key = 0; key < AttentionTileLayout.UnitKeys; key++)
        {
            for (var panel = 0; panel < AttentionTileLayout.Panels; panel++)
            {
                var largest = Zmm((panel * Accumulators) + (key % Accumulators));
                Code.vmaxps(largest, largest, __zmmword_ptr[rax + (panel * PanelScores) + (key * Row)]);
            }
        }

        Code.add(rax, AttentionTileLayout.ScoreBytes);
        Code.dec(ecx);
        Code.jne(unit);

        for (var panel = 0; panel < AttentionTileLayout.Panels; panel++)
        {
            var first = panel * Accumulators;
            Code.vmaxps(Zmm(first), Zmm(first), Zmm(first + 1));
            Code.vmaxps(Zmm(first + 2), Zmm(first + 2), Zmm(first + 3));
            Code.vmaxps(Zmm(first), Zmm(first), Zmm(first + 2));
            Code.vaddps(Zmm(first + 1), Zmm(first), NegativeMaximum(panel));
            Code.vcmpps(panel == 0 ? k2 : k3, Zmm(first + 1), Repeated(Slack), GreaterThan);
        }

        var low = Code.CreateLabel();
        Code.kortestw(k2, k3);
        Code.je(low);
        var added = Code.CreateLabel();
        Code.test(edi, edi);
        Code.je(added);
        AddValues();
        Code.Label(ref added);
        for (var panel = 0; panel < AttentionTileLayout.Panels; panel++)
        {
            var largest = Zmm(panel * Accumulators);
            AssemblerRegisterZMM maximum = Zmm(8 + panel), exponent = Zmm(10 + panel), fraction = Zmm(12 + panel), factor = Zmm(14 + panel);
            Code.vmovaps(maximum, NegativeMaximum(panel));
            Code.vxorps(panel == 0 ? maximum.k2 : maximum.k3, largest, Repeated(-0f)); // only there: rows do not depend on their neighbours
            Code.vsubps(exponent, maximum, NegativeMaximum(panel));
            Code.vmaxps(exponent, exponent, SmallestExponent);
            FinePower(exponent, fraction, factor);
            Code.vmovaps(exponent, factor);
            Code.vmovups(factor, Repeated(1f));
            Code.vmovaps(panel == 0 ? factor.k2 : factor.k3, exponent);
            Code.vmovaps(NegativeMaximum(panel), maximum);
            Code.vmulps(Total(panel), Total(panel), factor);
        }

        Code.mov(rax, r11);
        Code.mov(ecx, layout.Parts);
        var part = Code.CreateLabel();
        Code.Label(ref part);
        for (var row = 0; row < AttentionTileLayout.Panels * AttentionTileLayout.PanelRows; row++)
        {
            Code.vmulps(Zmm(row % 8), Zmm(14 + (row / AttentionTileLayout.PanelRows)), __zmmword_ptr[rax + (row * Row)]);
            Code.vmovups(__zmmword_ptr[rax + (row * Row)], Zmm(row % 8));
        }

        Code.add(rax, AttentionTileLayout.Panels * Tile);
        Code.dec(ecx);
        Code.jne(part);
        Code.Label(ref low);
    }

    /// <summary>The weights of one unit: <c>[rdx] = 2^([rax] − maximum)</c>; both move on.</summary>
    private List<Action> Weights()
    {
        var actions = new List<Action>();
        for (var pair = 0; pair < AttentionTileLayout.UnitKeys / 2; pair++)
        {
            for (var panel = 0; panel < AttentionTileLayout.Panels; panel++)
            {
                int scores = (panel * PanelScores) + (2 * pair * Row), weights = (panel * Tile) + (pair * Row);
                var first = ((AttentionTileLayout.Panels * pair) + panel) % WeightSets * 4;
                AssemblerRegisterZMM even = Zmm(first), odd = Zmm(first + 1), fraction = Zmm(first + 2), power = Zmm(first + 3);
                var (maximum, total) = (NegativeMaximum(panel), Total(panel));
                actions.Add(() => Code.vaddps(even, maximum, __zmmword_ptr[rax + scores]));
                actions.Add(() => Code.vaddps(odd, maximum, __zmmword_ptr[rax + (scores + Row)]));
                Power(actions, even, fraction, power);
                Power(actions, odd, fraction, power);

                // Words 2i and 2i + 1 are the upper halves of lane i of both.
                actions.Add(() => Code.vpsrld(even, even, 16));
                actions.Add(() => Code.vmovdqu16(even.k1, odd));
                actions.Add(() => Code.vdpbf16ps(total, even, Ones));
                actions.Add(() => Code.vmovups(__zmmword_ptr[rdx + weights], even));
            }
        }

        actions.Add(() => Code.add(rax, AttentionTileLayout.ScoreBytes));
        actions.Add(() => Code.add(rdx, AttentionTileLayout.WeightBytes));
        return actions;
    }

    /// <summary>2 to the power of a register, in its place. A result below the normal numbers would cost 200 cycles, so −∞ counts as −126 here.</summary>
    private void Power(List<Action> actions, AssemblerRegisterZMM exponent, AssemblerRegisterZMM fraction, AssemblerRegisterZMM power)
    {
        actions.Add(() => Code.vmaxps(exponent, exponent, SmallestExponent));
        actions.Add(() => Code.vreduceps(fraction, exponent, PowerOfTwo.Fraction));
        actions.Add(() => Polynomial(power, fraction));
        actions.Add(() => Code.vscalefps(exponent, power, exponent));
    }

    /// <summary><paramref name="power"/> = 2 to the power of <paramref name="exponent"/>, as exact as f32 is.</summary>
    private void FinePower(AssemblerRegisterZMM exponent, AssemblerRegisterZMM fraction, AssemblerRegisterZMM power)
    {
        Code.vreduceps(fraction, exponent, PowerOfTwo.Fraction);
        Code.vmovups(power, Repeated(PowerOfTwo.Fine[^1]));
        for (var i = PowerOfTwo.Fine.Length - 2; i >= 0; i--)
        {
            Code.vfmadd213ps(power, fraction, Repeated(PowerOfTwo.Fine[i]));
        }

        Code.vscalefps(power, power, exponent);
    }

    private void Polynomial(AssemblerRegisterZMM power, AssemblerRegisterZMM fraction)
    {
        Code.vmovaps(power, Coefficient(2));
        Code.vfmadd231ps(power, fraction, Coefficient(3));
        Code.vfmadd213ps(power, fraction, Coefficient(1));
        Code.vfmadd213ps(power, fraction, Coefficient(0));
    }
}
