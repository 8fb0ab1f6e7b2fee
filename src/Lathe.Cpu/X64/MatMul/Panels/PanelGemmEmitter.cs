using System.Numerics;
using Iced.Intel;
using Lathe.Cpu.Simd.MatMul.Quantized;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>The 8-bit micro-kernel: 32 rows, two unpacked panels of 16, by up to six tokens with <c>vpdpbusd zmm</c>.</summary>
/// <remarks>
/// <code>
/// for each group of tokens
///     total[token][panel] = zero, or what the chunk before left
///     for each group of 16 or 32 values
///         dot[token][panel] = −offset · sum of the token's codes
///         for each four values
///             w[panel] = four values of 16 rows
///             for each token: x = its four values in all lanes; dot[token][panel] += w[panel] · x
///         for each token: total += float(dot) · (scale of the rows · scale of the token)
///                         total += minimum of the rows · sum of the token
///     store totals
/// </code>
/// Registers: zmm0-11 dots, zmm12-23 totals, zmm24-25 weights, zmm26 and 31 activations, zmm27-28 scales, zmm29-30 scratch. rdi codes, r8 scales,
/// r10 minima, rsi activations, rdx their scales, r9 their negated sums, r11 their scaled sums, rax output.
/// Of 32 values 16 instructions for a token and 32 rows multiply, 6 scale and one starts the sums: at best 70 % of the peak; with groups of 16 it is 53 %.
/// Two panels share each broadcast, so that 8 loads feed 12 products.
/// </remarks>
/// <param name="shape">What is baked beside the tokens.</param>
/// <param name="tokens">Tokens together, 1 to 6.</param>
/// <param name="fresh">True for the first chunk of a row: the totals start at zero.</param>
internal sealed class PanelGemmEmitter(PanelGemmShape shape, int tokens, bool fresh) : KernelEmitter
{
    public const int MaxTokens = 6;

    private const int VectorBytes = 64;
    private const int Panels = 2;

    public override string Key => $"gemm panels {shape} tokens={tokens} fresh={fresh} vnni512";

    private int GroupsPerBlock => 32 / shape.GroupElements;

    protected override void Body()
    {
        Code.mov(rcx, __[Arguments + PanelGemmArguments.RowMaskOffset]);
        Code.kmovq(k1, rcx);
        Code.kshiftrq(k2, k1, 16);
        Code.mov(rax, __[Arguments + PanelGemmArguments.OutputOffset]);
        var repetition = Code.CreateLabel();
        Code.Label(ref repetition);
        Begin();
        var block = Code.CreateLabel();
        Code.Label(ref block);
        for (var group = 0; group < GroupsPerBlock; group++)
        {
            Group(group);
        }

        Advance();
        Code.dec(rcx);
        Code.jne(block);
        End();
        Code.dec(__qword_ptr[Arguments + PanelGemmArguments.RepetitionsOffset]);
        Code.jne(repetition);
    }

    private static AssemblerRegisterZMM Dot(int token, int panel) => Zmm((Panels * token) + panel);

    private static AssemblerRegisterZMM Total(int token, int panel) => Zmm(12 + (Panels * token) + panel);

    private void Begin()
    {
        Code.mov(rdi, __[Arguments + PanelGemmArguments.CodesOffset]);
        Code.mov(r8, __[Arguments + PanelGemmArguments.ScalesOffset]);
        Code.mov(r10, __[Arguments + PanelGemmArguments.MinimaOffset]);
        Code.mov(rsi, __[Arguments + PanelGemmArguments.ActivationsOffset]);
        Code.mov(rdx, __[Arguments + PanelGemmArguments.ActivationScalesOffset]);
        Code.mov(r9, __[Arguments + PanelGemmArguments.NegatedSumsOffset]);
        Code.mov(r11, __[Arguments + PanelGemmArguments.ScaledSumsOffset]);
        Code.mov(rcx, __[Arguments + PanelGemmArguments.BlocksOffset]);
        Code.mov(r12, rax);
        for (var token = 0; token < tokens; token++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                var total = Total(token, panel);
                if (fresh)
                {
                    Code.vpxord(total, total, total);
                }
                else
                {
                    Code.vmovups(panel == 0 ? total.k1.z : total.k2.z, __zmmword_ptr[r12 + (VectorBytes * panel)]);
                }
            }

            Code.add(r12, __[Arguments + PanelGemmArguments.OutputStrideOffset]);
        }

        // The results of the next tokens, a whole row of the output away each.
        for (var token = 0; token < tokens; token++)
        {
            Code.prefetchw(__byte_ptr[r12]);
            Code.prefetchw(__byte_ptr[r12 + VectorBytes]);
            Code.add(r12, __[Arguments + PanelGemmArguments.OutputStrideOffset]);
        }
    }

    private void Group(int group)
    {
        for (var token = 0; token < tokens; token++)
        {
            Start(token, group);
        }

        var quads = shape.GroupElements / 4;
        for (var quad = group * quads; quad < (group + 1) * quads; quad++)
        {
            Code.vmovdqa64(zmm24, __zmmword_ptr[rdi + (VectorBytes * quad)]);
            Code.vmovdqa64(zmm25, __zmmword_ptr[rdi + (PanelScratch.Bytes + (VectorBytes * quad))]);
            for (var token = 0; token < tokens; token++)
            {
                var x = token % 2 == 0 ? zmm26 : zmm31;
                Code.vpbroadcastd(x, __dword_ptr[rsi + ((token * shape.TokenBytes) + (4 * quad))]);
                Code.vpdpbusd(Dot(token, 0), zmm24, x);
                Code.vpdpbusd(Dot(token, 1), zmm25, x);
            }
        }

        Code.vmovaps(zmm27, __zmmword_ptr[r8 + (VectorBytes * group)]);
        Code.vmovaps(zmm28, __zmmword_ptr[r8 + (PanelScratch.Bytes + (VectorBytes * group))]);
        for (var token = 0; token < tokens; token++)
        {
            Scale(token, group);
        }
    }

    private void Start(int token, int group)
    {
        var (first, second) = (Dot(token, 0), Dot(token, 1));
        if (shape.Offset == 0)
        {
            Code.vpxord(first, first, first);
            Code.vpxord(second, second, second);
            return;
        }

        Code.vpbroadcastd(first, __dword_ptr[r9 + ((token * shape.TokenBytes) + (sizeof(int) * group))]);
        Code.vpslld(first, first, (byte)BitOperations.Log2((uint)shape.Offset));
        Code.vmovdqa64(second, first);
    }

    private void Scale(int token, int group)
    {
        var scale = __dword_bcst[rdx + (token * shape.TokenBytes)];
        Code.vmulps(zmm29, zmm27, scale);
        Code.vmulps(zmm30, zmm28, scale);
        for (var panel = 0; panel < Panels; panel++)
        {
            var dot = Dot(token, panel);
            Code.vcvtdq2ps(dot, dot);
            Code.vfmadd231ps(Total(token, panel), dot, panel == 0 ? zmm29 : zmm30);
        }

        if (shape.HasMinima)
        {
            Code.vbroadcastss(zmm29, __dword_ptr[r11 + ((token * shape.TokenBytes) + (sizeof(float) * group))]);
            Code.vfmadd231ps(Total(token, 0), zmm29, __zmmword_ptr[r10 + (VectorBytes * group)]);
            Code.vfmadd231ps(Total(token, 1), zmm29, __zmmword_ptr[r10 + (PanelScratch.Bytes + (VectorBytes * group))]);
        }
    }

    private void Advance()
    {
        Code.add(rdi, 8 * VectorBytes);
        Code.add(rsi, 32);
        Code.add(rdx, sizeof(float));
        Code.add(r8, GroupsPerBlock * VectorBytes);
        Code.add(r9, GroupsPerBlock * sizeof(int));
        if (shape.HasMinima)
        {
            Code.add(r10, GroupsPerBlock * VectorBytes);
            Code.add(r11, GroupsPerBlock * sizeof(float));
        }
    }

    private void End()
    {
        for (var token = 0; token < tokens; token++)
        {
            Code.vmovups(__zmmword_ptr[rax].k1, Total(token, 0));
            Code.vmovups(__zmmword_ptr[rax + VectorBytes].k2, Total(token, 1));
            Code.add(rax, __[Arguments + PanelGemmArguments.OutputStrideOffset]);
        }

        var bytes = (int)(tokens * shape.TokenBytes);
        Code.add(__qword_ptr[Arguments + PanelGemmArguments.ActivationsOffset], bytes);
        Code.add(__qword_ptr[Arguments + PanelGemmArguments.ActivationScalesOffset], bytes);
        Code.add(__qword_ptr[Arguments + PanelGemmArguments.NegatedSumsOffset], bytes);
        Code.add(__qword_ptr[Arguments + PanelGemmArguments.ScaledSumsOffset], bytes);
    }
}
