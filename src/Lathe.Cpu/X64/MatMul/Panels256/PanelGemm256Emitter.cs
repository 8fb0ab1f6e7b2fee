using System.Numerics;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Panels256;

/// <summary>The 8-bit micro-kernel with 256-bit vectors: an unpacked panel of 16 rows by up to six tokens.</summary>
/// <remarks>
/// <code>
/// for each group of tokens
///     total[token] = zero, or what the chunk before left                     in the frame
///     for each group of 16 or 32 values
///         for each four values
///             w[half] = four values of 8 rows
///             for each token: x = its four values in all lanes; dot[token][half] += w[half] · x
///         for each token: part += float(dot) · scale of the rows
///     after 32 values, for each token: total += part · scale of the token + minimum of the rows · sum of the token
///     store totals
/// </code>
/// With <c>vpdpbusd</c> the dots start at the bits of 1.5 · 2^23 less offset · sum of the token's codes: read as a float that is 1.5 · 2^23 + dot, so that a
/// subtraction converts it, for which newer processors have other ports than for products. Without it, <c>vpmaddubsw</c> sums pairs of products in 16 bits. Codes of
/// few bits let several such sums be added before <c>vpmaddwd</c> widens them (<see cref="Panel256Shape.RunOfQuads"/>): for four bits eight, so that
/// 512 products take 8 · 4 instructions and not 16 · 3.
/// Registers: ymm0-11 dots, in pairs for a token; where 16-bit sums are widened more than once, ymm0-5 are the wide ones; ymm12-13 weights, ymm14-15 scratch.
/// rdi codes, r8 scales, r10 minima, rsi activations, rdx their scales, r9 their negated sums, r11 their scaled sums, rax output.
/// </remarks>
internal sealed class PanelGemm256Emitter : KernelEmitter
{
    private const int VectorBytes = 32;
    private const int Halves = 2;
    private const int RowsBytes = Halves * VectorBytes;

    /// <summary>1.5 · 2^23.</summary>
    private const float Magic = 12582912f;

    private readonly Panel256Shape _shape;
    private readonly X64Level _level;
    private readonly int _tokens;
    private readonly bool _fresh;

    /// <param name="shape">What is baked beside the tokens.</param>
    /// <param name="level">AVX2 or AVX-VNNI.</param>
    /// <param name="tokens">Tokens together, at most <see cref="Panel256Shape.MaxTokens"/>.</param>
    /// <param name="fresh">True for the first chunk of a row: the totals start at zero.</param>
    public PanelGemm256Emitter(Panel256Shape shape, X64Level level, int tokens, bool fresh)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, shape.MaxTokens(level));
        _shape = shape;
        _level = level;
        _tokens = tokens;
        _fresh = fresh;
        Code.PreferVex = true;
    }

    public override string Key => $"gemm panels256 {_shape} tokens={_tokens} fresh={_fresh} {(HasVnni ? "vnni256" : "avx2")}";

    protected override int FrameBytes => 2 * _tokens * RowsBytes;

    private static AssemblerRegisterYMM Activation => ymm14;

    private static AssemblerRegisterYMM Scratch => ymm15;

    private AssemblerMemoryOperand RepeatedMagic => Constant<float>([.. Enumerable.Repeat(Magic, VectorBytes / sizeof(float))]);

    private AssemblerMemoryOperand Ones => Constant<short>([.. Enumerable.Repeat((short)1, VectorBytes / sizeof(short))]);

    private bool HasVnni => _level == X64Level.AvxVnni;

    /// <summary>True if there are sums of 32 bits beside those of 16.</summary>
    private bool HasWideSums => !HasVnni && _shape.RunOfQuads < _shape.QuadsPerGroup;

    private int GroupsPerBlock => 32 / _shape.GroupElements;

    protected override void Body()
    {
        Code.mov(rax, __[Arguments + PanelGemm256Arguments.OutputOffset]);
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
        Code.dec(__qword_ptr[Arguments + PanelGemm256Arguments.RepetitionsOffset]);
        Code.jne(repetition);
    }

    private static AssemblerRegisterYMM Dot(int token, int half) => Ymm((Halves * token) + half);

    /// <summary>What the products of a step are added to.</summary>
    private AssemblerRegisterYMM Narrow(int token, int half) => HasWideSums ? Ymm(6 + (Halves * token) + half) : Dot(token, half);

    private static AssemblerRegisterYMM Weights(int half) => Ymm(12 + half);

    private static AssemblerMemoryOperand Total(int token, int half) => __ymmword_ptr[rsp + ((token * RowsBytes) + (half * VectorBytes))];

    /// <summary>What the first group of 16 values leaves for the second.</summary>
    private AssemblerMemoryOperand Part(int token, int half) => __ymmword_ptr[rsp + (((_tokens + token) * RowsBytes) + (half * VectorBytes))];

    private void Begin()
    {
        Code.mov(rdi, __[Arguments + PanelGemm256Arguments.CodesOffset]);
        Code.mov(r8, __[Arguments + PanelGemm256Arguments.ScalesOffset]);
        Code.mov(r10, __[Arguments + PanelGemm256Arguments.MinimaOffset]);
        Code.mov(rsi, __[Arguments + PanelGemm256Arguments.ActivationsOffset]);
        Code.mov(rdx, __[Arguments + PanelGemm256Arguments.ActivationScalesOffset]);
        Code.mov(r9, __[Arguments + PanelGemm256Arguments.NegatedSumsOffset]);
        Code.mov(r11, __[Arguments + PanelGemm256Arguments.ScaledSumsOffset]);
        Code.mov(rcx, __[Arguments + PanelGemm256Arguments.BlocksOffset]);
        Code.mov(r12, rax);
        Code.vxorps(xmm0, xmm0, xmm0);
        for (var token = 0; token < _tokens; token++)
        {
            for (var half = 0; half < Halves; half++)
            {
                if (!_fresh)
                {
                    Code.vmovups(ymm0, __ymmword_ptr[r12 + (VectorBytes * half)]);
                }

                Code.vmovaps(Total(token, half), ymm0);
            }

            Code.add(r12, __[Arguments + PanelGemm256Arguments.OutputStrideOffset]);
        }

        // The results of the next tokens, a whole row of the output away each.
        for (var token = 0; token < _tokens; token++)
        {
            Code.prefetcht0(__byte_ptr[r12]);
            Code.prefetcht0(__byte_ptr[r12 + (RowsBytes - sizeof(float))]);
            Code.add(r12, __[Arguments + PanelGemm256Arguments.OutputStrideOffset]);
        }
    }

    private void Group(int group)
    {
        if (HasVnni)
        {
            for (var token = 0; token < _tokens; token++)
            {
                Start(token, group);
            }
        }

        for (var quad = 0; quad < _shape.QuadsPerGroup; quad++)
        {
            var place = (group * _shape.QuadsPerGroup) + quad;
            for (var half = 0; half < Halves; half++)
            {
                Code.vmovdqa(Weights(half), __ymmword_ptr[rdi + ((RowsBytes * place) + (VectorBytes * half))]);
            }

            for (var token = 0; token < _tokens; token++)
            {
                var x = HasVnni && token % 2 == 1 ? Scratch : Activation;
                Code.vpbroadcastd(x, __dword_ptr[rsi + ((token * _shape.TokenBytes) + (4 * place))]);
                for (var half = 0; half < Halves; half++)
                {
                    Multiply(quad, token, half, x);
                }
            }
        }

        for (var token = 0; token < _tokens; token++)
        {
            Scale(token, group);
        }
    }

    private void Start(int token, int group)
    {
        var (first, second) = (Dot(token, 0), Dot(token, 1));
        if (_shape.Offset == 0)
        {
            if (token == 0)
            {
                Code.vmovups(first, RepeatedMagic);
            }
            else
            {
                Code.vmovaps(first, Dot(0, 0));
            }
        }
        else
        {
            Code.vpbroadcastd(first, __dword_ptr[r9 + ((token * _shape.TokenBytes) + (sizeof(int) * group))]);
            Code.vpslld(first, first, (byte)BitOperations.Log2((uint)_shape.Offset));
            Code.vpaddd(first, first, RepeatedMagic);
        }

        Code.vmovaps(second, first);
    }

    /// <summary>Adds the products of four values of a token with eight rows.</summary>
    private void Multiply(int quad, int token, int half, AssemblerRegisterYMM x)
    {
        var (dot, narrow) = (Dot(token, half), Narrow(token, half));
        if (HasVnni)
        {
            Code.vpdpbusd(dot, Weights(half), x);
            return;
        }

        var place = quad % _shape.RunOfQuads;
        if (place == 0)
        {
            Code.vpmaddubsw(narrow, Weights(half), x);
        }
        else
        {
            Code.vpmaddubsw(Scratch, Weights(half), x);
            Code.vpaddw(narrow, narrow, Scratch);
        }

        if (place == _shape.RunOfQuads - 1 || quad == _shape.QuadsPerGroup - 1)
        {
            var isFirst = quad < _shape.RunOfQuads;
            Code.vpmaddwd(isFirst ? dot : narrow, narrow, Ones);
            if (!isFirst)
            {
                Code.vpaddd(dot, dot, narrow);
            }
        }
    }

    /// <summary>Scales of the rows multiply each group, the scale of the token the whole block.</summary>
    private void Scale(int token, int group)
    {
        // The weights' registers are free.
        var (scale, part) = (Weights(0), Weights(1));
        var isLast = group == GroupsPerBlock - 1;
        if (isLast)
        {
            Code.vbroadcastss(scale, __dword_ptr[rdx + (token * _shape.TokenBytes)]);
        }

        for (var half = 0; half < Halves; half++)
        {
            var dot = Dot(token, half);
            if (HasVnni)
            {
                Code.vsubps(dot, dot, RepeatedMagic);
            }
            else
            {
                Code.vcvtdq2ps(dot, dot);
            }

            var rowScales = __ymmword_ptr[r8 + ((RowsBytes * group) + (VectorBytes * half))];
            if (group == 0)
            {
                Code.vmulps(dot, dot, rowScales);
            }
            else
            {
                Code.vmovaps(part, Part(token, half));
                Code.vfmadd132ps(dot, part, rowScales);
            }

            if (isLast)
            {
                Code.vfmadd213ps(dot, scale, Total(token, half));
            }
            else
            {
                Code.vmovaps(Part(token, half), dot);
            }
        }

        if (isLast)
        {
            AddSums(token);
            for (var half = 0; half < Halves; half++)
            {
                Code.vmovaps(Total(token, half), Dot(token, half));
            }
        }
    }

    /// <summary>The share of the minima; or of the offset, where the dots did not start with it.</summary>
    private void AddSums(int token)
    {
        if (!_shape.HasMinima && (_shape.Offset == 0 || HasVnni))
        {
            return;
        }

        var sum = Weights(0);
        for (var group = 0; group < GroupsPerBlock; group++)
        {
            Code.vbroadcastss(sum, __dword_ptr[r11 + ((token * _shape.TokenBytes) + (sizeof(float) * group))]);
            if (!_shape.HasMinima)
            {
                Code.vmulps(sum, sum, Constant<float>([.. Enumerable.Repeat((float)-_shape.Offset, VectorBytes / sizeof(float))]));
            }

            for (var half = 0; half < Halves; half++)
            {
                Code.vfmadd231ps(Dot(token, half), sum, __ymmword_ptr[(_shape.HasMinima ? r10 : r8) + ((RowsBytes * group) + (VectorBytes * half))]);
            }
        }
    }

    private void Advance()
    {
        Code.add(rdi, 8 * RowsBytes);
        Code.add(rsi, 32);
        Code.add(rdx, sizeof(float));
        Code.add(r8, GroupsPerBlock * RowsBytes);
        Code.add(r9, GroupsPerBlock * sizeof(int));
        Code.add(r10, GroupsPerBlock * RowsBytes);
        Code.add(r11, GroupsPerBlock * sizeof(float));
    }

    private void End()
    {
        for (var token = 0; token < _tokens; token++)
        {
            for (var half = 0; half < Halves; half++)
            {
                Code.vmovaps(ymm0, Total(token, half));
                Code.vmovups(__ymmword_ptr[rax + (VectorBytes * half)], ymm0);
            }

            Code.add(rax, __[Arguments + PanelGemm256Arguments.OutputStrideOffset]);
        }

        var bytes = _tokens * _shape.TokenBytes;
        Code.add(__qword_ptr[Arguments + PanelGemm256Arguments.ActivationsOffset], bytes);
        Code.add(__qword_ptr[Arguments + PanelGemm256Arguments.ActivationScalesOffset], bytes);
        Code.add(__qword_ptr[Arguments + PanelGemm256Arguments.NegatedSumsOffset], bytes);
        Code.add(__qword_ptr[Arguments + PanelGemm256Arguments.ScaledSumsOffset], bytes);
    }
}
