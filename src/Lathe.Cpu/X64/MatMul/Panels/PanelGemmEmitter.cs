using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>The 8-bit micro-kernel: 32 rows, two unpacked panels of 16, by up to six tokens, or four where a block has two groups, with <c>vpdpbusd zmm</c>.</summary>
/// <remarks>
/// <code>
/// for each group of tokens
///     total[token][panel] = zero, or what the chunk before left
///     for each group of 16 or 32 values
///         dot[token][panel] = start of the rows                         magic − 128 · sum of the rows' values
///         for each four values
///             w[panel] = four values of 16 rows
///             fetch a line of the weights that are unpacked next
///             for each token: x = its four values in all lanes; dot[token][panel] += x · w[panel]
///         for each token: scaled = float bits of dot · scale of the rows − magic · scale of the rows
///                         in the second of two groups: scaled += that of the first
///                         in the last group: total += scaled · scale of the token
///                         total += minimum of the rows · sum of the token
///     store totals
/// </code>
/// Sums are never converted: an integer of less than 2^22 added to the bits of 1.5 · 2^23 makes the float 1.5 · 2^23 + the integer. Multiplying by the scale and
/// subtracting 1.5 · 2^23 scales, in one instruction that rounds once, gives the scaled integer as a conversion and a multiplication do, to the bit, because the product that
/// is subtracted is exact: scales have 11 bits, or 11 times eight. Scales of other kinds are converted and multiplied.
/// Registers: zmm0-11 dots, zmm12-23 totals, or zmm0-7 and zmm8-15 dots of two groups and zmm16-23 totals, zmm24-25 weights, zmm26-27 activations, zmm28-29 scales, zmm30-31 shifts or minima. rdi weights, rsi activations, rdx and r8 sums so far,
/// rax and r9 where they go, rbp what is fetched. The generic form has r11 for the bytes between two tokens and r12 for the activations of the fourth. For scattered tokens rsi is the offset of a record, r10-r15
/// are the tokens, rdx and rax point to pointers and r8 and r9 are offsets in the rows.
/// Of 32 values 16 instructions for a token and 32 rows multiply and 4 scale: 80 % of the peak at best, 73 % with minima. With groups of 16 it is 6 and two additions, which have ports of their
/// own on AMD's processors, 73 % there and 67 % elsewhere.
/// Two panels share each broadcast, so that 8 loads feed 12 products; the sums start with copies of a register.
/// </remarks>
/// <param name="shape">What is baked beside the tokens.</param>
/// <param name="tokens">Tokens together, at most <see cref="MaxTokens"/>.</param>
/// <param name="fresh">True for the first chunk of a row: the totals start at zero.</param>
internal sealed class PanelGemmEmitter(PanelGemmShape shape, int tokens, bool fresh) : KernelEmitter
{
    private const int VectorBytes = PanelLayout.VectorBytes;
    private const int Panels = PanelLayout.Panels;

    /// <summary>Bytes that are fetched in each block. With few tokens weights are all that is waited for, and lines that are asked for one by one between products cost nothing.</summary>
    public const int AheadBytes = 512;

    private const int Quads = PanelLayout.BlockElements / 4;

    private static readonly AssemblerRegister64[] s_tokens = [r10, r11, r12, r13, r14, r15];

    public override string Key =>
        $"gemm panels {shape.Layout} {shape.Activations.Name} exact={shape.HasExactScales} stride={(shape.TokenBytes is { } bytes ? bytes : shape.IsScattered ? "scattered" : "any")} tokens={tokens} fresh={fresh} vnni512";

    protected override void Body()
    {
        Code.mov(rcx, __[Arguments + PanelGemmArguments.RowMaskOffset]);
        Code.kmovq(k1, rcx);
        Code.kshiftrq(k2, k1, PanelLayout.PanelRows);
        Code.mov(rdx, __[Arguments + PanelGemmArguments.SourceOffset]);
        Code.mov(r8, __[Arguments + PanelGemmArguments.SourceStrideOffset]);
        Code.mov(rax, __[Arguments + PanelGemmArguments.TargetOffset]);
        Code.mov(r9, __[Arguments + PanelGemmArguments.TargetStrideOffset]);
        if (IsGeneric)
        {
            Code.mov(r11, __[Arguments + PanelGemmArguments.ActivationStrideOffset]);
        }

        var repetition = Code.CreateLabel();
        Code.Label(ref repetition);
        Begin();
        Code.mov(rbp, __[Arguments + PanelGemmArguments.AheadOffset]);
        var block = Code.CreateLabel();
        Code.Label(ref block);
        for (var group = 0; group < shape.Layout.Groups; group++)
        {
            Group(group);
        }

        Code.add(rdi, shape.Layout.BlockBytes);
        Code.add(rsi, shape.Activations.RecordBytes);
        Code.add(rbp, AheadBytes);
        if (IsGeneric)
        {
            Code.add(r12, shape.Activations.RecordBytes);
        }

        Code.dec(rcx);
        Code.jne(block);
        End();
        Code.dec(__qword_ptr[Arguments + PanelGemmArguments.RepetitionsOffset]);
        Code.jne(repetition);
    }

    /// <summary>Tokens that have registers for all their sums: with two groups in a block the first one's wait for the second one's.</summary>
    public static int MaxTokens(PanelLayout layout) => layout.Groups == 1 ? 6 : 4;

    private AssemblerRegisterZMM Dot(int group, int token, int panel) => Zmm((((group * MaxTokens(shape.Layout)) + token) * Panels) + panel);

    private AssemblerRegisterZMM Total(int token, int panel) => Dot(shape.Layout.Groups, token, panel);

    private static AssemblerRegisterZMM Weights(int panel) => Zmm(24 + panel);

    private static AssemblerRegisterZMM Activation(int token) => Zmm(26 + (token % 2));

    private static AssemblerRegisterZMM Scales(int panel) => Zmm(28 + panel);

    private static AssemblerRegisterZMM Addends(int panel) => Zmm(30 + panel);

    private bool IsGeneric => shape is { TokenBytes: null, IsScattered: false };

    /// <summary>An address in a token's record.</summary>
    private AssemblerMemoryOperand Record(int token, int offset)
    {
        if (shape.IsScattered)
        {
            return s_tokens[token] + rsi + offset;
        }

        if (shape.TokenBytes is { } bytes)
        {
            return rsi + checked((int)(token * bytes) + offset);
        }

        var first = token < 3 ? rsi : r12;
        return token % 3 == 0 ? first + offset : first + (r11 * (token % 3)) + offset;
    }

    private void Begin()
    {
        Code.mov(rdi, __[Arguments + PanelGemmArguments.WeightsOffset]);
        Code.mov(rsi, __[Arguments + (shape.IsScattered ? PanelGemmArguments.RecordOffset : PanelGemmArguments.ActivationsOffset)]);
        Code.mov(rcx, __[Arguments + PanelGemmArguments.BlocksOffset]);
        if (shape.IsScattered)
        {
            Code.mov(rbp, __[Arguments + PanelGemmArguments.ActivationsOffset]);
            for (var token = 0; token < tokens; token++)
            {
                Code.mov(s_tokens[token], __[rbp + (token * sizeof(long))]);
            }
        }

        if (IsGeneric)
        {
            Code.lea(r12, __[rsi + (r11 * 2)]);
            Code.add(r12, r11);
        }

        for (var token = 0; token < tokens; token++)
        {
            var sums = fresh ? default : Sums(token, rdx, r8);
            for (var panel = 0; panel < Panels; panel++)
            {
                var total = Total(token, panel);
                if (fresh)
                {
                    Code.vpxord(total, total, total);
                }
                else
                {
                    Code.vmovups(RowsOf(panel, total).z, __zmmword_ptr[sums + (VectorBytes * panel)]);
                }
            }

            if (!fresh)
            {
                Advance(rdx, r8);
            }
        }

        // Sums may be a whole row of the output apart: those of the next tokens, and where these go in the end.
        if (!fresh && !shape.IsScattered)
        {
            PrefetchSums(rdx, r8);
        }

        PrefetchSums(rax, r9);
    }

    /// <summary>The address of a token's sums.</summary>
    private AssemblerMemoryOperand Sums(int token, AssemblerRegister64 first, AssemblerRegister64 stride)
    {
        if (!shape.IsScattered)
        {
            return __[first];
        }

        Code.mov(rbp, __[first]);
        return __[rbp + stride];
    }

    /// <summary>To the next token's sums.</summary>
    private void Advance(AssemblerRegister64 first, AssemblerRegister64 stride)
    {
        if (shape.IsScattered)
        {
            Code.add(first, sizeof(long));
        }
        else
        {
            Code.add(first, stride);
        }
    }

    private void PrefetchSums(AssemblerRegister64 first, AssemblerRegister64 stride)
    {
        if (!shape.IsScattered)
        {
            Code.mov(rbp, first);
        }

        for (var token = 0; token < tokens; token++)
        {
            if (shape.IsScattered)
            {
                Code.mov(rbp, __[first + (token * sizeof(long))]);
                Code.add(rbp, stride);
            }

            Code.prefetchw(__byte_ptr[rbp]);
            Code.prefetchw(__byte_ptr[rbp + VectorBytes]);
            if (!shape.IsScattered)
            {
                Code.add(rbp, stride);
            }
        }
    }

    private void Group(int group)
    {
        for (var panel = 0; panel < Panels; panel++)
        {
            // Copies between registers take no port, which loads do.
            Code.vmovdqa64(Dot(group, 0, panel), __zmmword_ptr[rdi + shape.Layout.Start(group, panel)]);
            for (var token = 1; token < tokens; token++)
            {
                Code.vmovdqa64(Dot(group, token, panel), Dot(group, 0, panel));
            }
        }

        var quads = shape.Layout.GroupElements / 4;
        for (var quad = group * quads; quad < (group + 1) * quads; quad++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                Code.vmovdqa64(Weights(panel), __zmmword_ptr[rdi + PanelLayout.Quad(quad, panel)]);
            }

            Code.prefetcht1(__byte_ptr[rbp + (quad * (AheadBytes / Quads))]);
            for (var token = 0; token < tokens; token++)
            {
                Code.vpbroadcastd(Activation(token), __dword_ptr[Record(token, 4 * quad)]);
                for (var panel = 0; panel < Panels; panel++)
                {
                    Code.vpdpbusd(Dot(group, token, panel), Activation(token), Weights(panel));
                }
            }
        }

        Scale(group);
        if (shape.Layout.HasMinima)
        {
            AddMinima(group);
        }
    }

    private void Scale(int group)
    {
        for (var panel = 0; panel < Panels; panel++)
        {
            Code.vmovaps(Scales(panel), __zmmword_ptr[rdi + shape.Layout.Scale(group, panel)]);
            if (shape.HasExactScales)
            {
                Code.vmovaps(Addends(panel), __zmmword_ptr[rdi + shape.Layout.Shift(group, panel)]);
            }
        }

        for (var token = 0; token < tokens; token++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                var dot = Dot(group, token, panel);
                if (shape.HasExactScales)
                {
                    Code.vfmsub213ps(dot, Scales(panel), Addends(panel));
                }
                else
                {
                    Code.vcvtdq2ps(dot, dot);
                    Code.vmulps(dot, dot, Scales(panel));
                }

                if (group > 0)
                {
                    Code.vaddps(dot, dot, Dot(group - 1, token, panel));
                }

                if (group == shape.Layout.Groups - 1)
                {
                    Code.vfmadd231ps(Total(token, panel), dot, __dword_bcst[Record(token, PanelActivations.ScaleOffset)]);
                }
            }
        }
    }

    private void AddMinima(int group)
    {
        for (var panel = 0; panel < Panels; panel++)
        {
            Code.vmovaps(Addends(panel), __zmmword_ptr[rdi + shape.Layout.Minimum(group, panel)]);
        }

        for (var token = 0; token < tokens; token++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                Code.vfmadd231ps(
                    Total(token, panel), Addends(panel), __dword_bcst[Record(token, PanelActivations.SumsOffset + (sizeof(float) * group))]);
            }
        }
    }

    private static AssemblerRegisterZMM RowsOf(int panel, AssemblerRegisterZMM total) => panel == 0 ? total.k1 : total.k2;

    private void End()
    {
        for (var token = 0; token < tokens; token++)
        {
            var sums = Sums(token, rax, r9);
            Code.vmovups(__zmmword_ptr[sums].k1, Total(token, 0));
            Code.vmovups(__zmmword_ptr[sums + VectorBytes].k2, Total(token, 1));
            Advance(rax, r9);
        }

        if (IsGeneric)
        {
            Code.imul(rcx, r11, tokens);
            Code.add(__[Arguments + PanelGemmArguments.ActivationsOffset], rcx);
        }
        else
        {
            Code.add(__qword_ptr[Arguments + PanelGemmArguments.ActivationsOffset], checked((int)(tokens * (shape.TokenBytes ?? sizeof(long)))));
        }
    }
}
