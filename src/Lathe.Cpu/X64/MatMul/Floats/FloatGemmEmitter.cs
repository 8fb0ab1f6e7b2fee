using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>The float micro-kernel: packed panels of 32 rows by a block of up to 12 tokens.</summary>
/// <remarks>
/// <code>
/// for each panel
///     sum[token][half] = 0
///     for each unit
///         w[half] = the unit of 16 rows
///         for each token: x = its unit in all lanes; sum[token][half] += w[half] · x
///     result = sum, or what the chunk before left + sum
/// </code>
/// Registers: zmm0-23 sums, zmm24-25 weights, zmm26-31 activations, k1 k2 the rows that exist. rdi weights, rsi activations, rax results of the panel,
/// rdx a token's results, r8 their stride, r9 tokens, r10 rows left, rcx scratch.
/// A unit of 32 rows and 12 tokens takes 24 multiply-adds, 12 cycles at two per cycle, and 14 loads, 7 cycles: weights stream from the second-level cache at
/// 11 bytes a cycle, activations stay in the first.
/// </remarks>
/// <param name="product">What multiplies.</param>
/// <param name="units">Units of the chunk.</param>
/// <param name="tokens">Tokens together, up to 12.</param>
/// <param name="fresh">True for the first chunk of a row: results are written, not added to.</param>
internal sealed class FloatGemmEmitter(FloatProduct product, int units, int tokens, bool fresh) : KernelEmitter
{
    private const int VectorBytes = 64;
    private const int Halves = 2;
    private const int UnitsPerTurn = 4;
    private const int FirstActivation = 26, ActivationRegisters = 6;

    public override string Key => $"gemm {product} units={units} tokens={tokens} fresh={fresh} {(product == FloatProduct.F32 ? "avx512" : "avx512_bf16")}";

    protected override void Body()
    {
        Code.mov(rdi, __[Arguments + FloatGemmArguments.WeightsOffset]);
        Code.mov(rax, __[Arguments + FloatGemmArguments.OutputOffset]);
        Code.mov(r8, __[Arguments + FloatGemmArguments.OutputStrideOffset]);
        Code.mov(r9, __[Arguments + FloatGemmArguments.TokensOffset]);
        Code.mov(r10, __[Arguments + FloatGemmArguments.RowsOffset]);
        var panel = Code.CreateLabel();
        Code.Label(ref panel);
        Begin();
        Units();
        Results();
        Code.add(rax, FloatGemmLayout.PanelUnitBytes);
        Code.sub(r10, FloatGemmLayout.Rows);
        Code.jg(panel);
    }

    private static AssemblerRegisterZMM Sum(int token, int half) => Zmm((Halves * token) + half);

    private static AssemblerRegisterZMM Weights(int half) => Zmm(24 + half);

    private void Begin()
    {
        Code.mov(rsi, __[Arguments + FloatGemmArguments.ActivationsOffset]);

        // The lines of the results lie a whole row of the output apart, which no hardware prefetch foresees.
        Code.mov(rdx, rax);
        for (var token = 0; token < tokens; token++)
        {
            Code.prefetchw(__byte_ptr[rdx]);
            Code.prefetchw(__byte_ptr[rdx + VectorBytes]);
            Code.add(rdx, r8);
            for (var half = 0; half < Halves; half++)
            {
                Code.vpxord(Sum(token, half), Sum(token, half), Sum(token, half));
            }
        }

        // A bit for each row of the panel; from 64 rows on the count takes none away.
        Code.mov(rdx, -1);
        Code.bzhi(rdx, rdx, r10);
        Code.kmovq(k1, rdx);
        Code.kshiftrq(k2, k1, 16);
    }

    private void Units()
    {
        if (units / UnitsPerTurn is > 0 and var turns)
        {
            Code.mov(ecx, turns);
            var turn = Code.CreateLabel();
            Code.Label(ref turn);
            Turn(UnitsPerTurn);
            Code.dec(ecx);
            Code.jne(turn);
        }

        if (units % UnitsPerTurn is > 0 and var rest)
        {
            Turn(rest);
        }
    }

    private void Turn(int count)
    {
        for (var unit = 0; unit < count; unit++)
        {
            for (var half = 0; half < Halves; half++)
            {
                Code.vmovaps(Weights(half), __zmmword_ptr[rdi + ((unit * FloatGemmLayout.PanelUnitBytes) + (half * VectorBytes))]);
            }

            for (var token = 0; token < tokens; token++)
            {
                var x = Zmm(FirstActivation + (((unit * tokens) + token) % ActivationRegisters));
                Code.vbroadcastss(x, __dword_ptr[rsi + ((unit * FloatGemmLayout.BlockUnitBytes) + (token * FloatGemmLayout.UnitBytes))]);
                Multiply(Sum(token, 0), Weights(0), x);
                Multiply(Sum(token, 1), Weights(1), x);
            }
        }

        Code.add(rdi, count * FloatGemmLayout.PanelUnitBytes);
        Code.add(rsi, count * FloatGemmLayout.BlockUnitBytes);
    }

    private void Multiply(AssemblerRegisterZMM sum, AssemblerRegisterZMM weights, AssemblerRegisterZMM x)
    {
        switch (product)
        {
            case FloatProduct.F32:
                Code.vfmadd231ps(sum, weights, x);
                break;
            case FloatProduct.BF16:
                Code.vdpbf16ps(sum, weights, x);
                break;
            default:
                throw new NotSupportedException($"{product} is not a product of the float gemm");
        }
    }

    private void Results()
    {
        var done = Code.CreateLabel();
        Code.mov(rdx, rax);
        for (var token = 0; token < tokens; token++)
        {
            if (token > 0)
            {
                Code.cmp(r9, token);
                Code.jle(done);
            }

            for (var half = 0; half < Halves; half++)
            {
                var sum = Sum(token, half);
                var result = __zmmword_ptr[rdx + (half * VectorBytes)];
                if (!fresh)
                {
                    Code.vaddps(half == 0 ? sum.k1.z : sum.k2.z, sum, result);
                }

                Code.vmovups(half == 0 ? result.k1 : result.k2, sum);
            }

            Code.add(rdx, r8);
        }

        Code.Label(ref done);
    }
}
