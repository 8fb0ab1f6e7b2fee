using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Tests.Simd.MatMul;
using Lathe.Cpu.X64;
using Lathe.Cpu.X64.MatMul.Gemv256;
using Lathe.Cpu.X64.MatMul.Panels;
using Lathe.Cpu.X64.MatMul.Panels256;
using Lathe.Cpu.X64.MatMul.Tiles;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.X64;

/// <summary>Both emitted gemms against f64 over the scalar dequantiser, on weights that end where memory does.</summary>
public sealed class GemmKernelTests
{
    private const int Rows = 165; // a panel of 128, a block of 32, and a part of one
    private const int MaxTokens = 75;

    /// <summary>f32 rounding alone separates the 8-bit gemm from f64 on the same activations.</summary>
    private const double SameActivations = 1e-10;

    private const double ExactActivations = 5e-4;

    /// <summary>bf16 on both sides: the square of 2^-9 / sqrt(3) for each, at most.</summary>
    private const double Bf16 = 1e-5;

    private static readonly int[] s_tokenCounts = [1, 5, 7, 13, 16, 17, 20, 32, 33, 48, MaxTokens];

    public static TheoryData<GgmlType, int> Cases
    {
        get
        {
            var cases = new TheoryData<GgmlType, int>();
            foreach (var type in WeightCodes.Types)
            {
                int[] sizes = BlockFormat.Get(type).BlockElements == 32 ? [32, 224, 512, 1056] : [256, 768, 1280];
                foreach (var k in sizes)
                {
                    cases.Add(type, k);
                }
            }

            return cases;
        }
    }

    public static TheoryData<X64Level, GgmlType, int> Cases256
    {
        get
        {
            var cases = new TheoryData<X64Level, GgmlType, int>();
            foreach (var level in Gemv256Recipes.Levels)
            {
                foreach (var type in PanelGemm256Recipes.TypesOf(level))
                {
                    int[] sizes = BlockFormat.Get(type).BlockElements == 32 ? [32, 224, 1056] : [256, 1280];
                    foreach (var k in sizes)
                    {
                        cases.Add(level, type, k);
                    }
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tiles_agree_with_f64(GgmlType type, int k)
    {
        Assert.SkipUnless(X64Features.AmxBf16, "The processor has no matrix tiles, or the system does not grant them.");
        using var problem = Case(WeightCodes.Visit(type, new TileGemmFactory(type, k, MaxTokens, packsItself: true)), type, k);
        Check(problem, problem.Exact, Bf16);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_generic_form_of_tiles_computes_the_same_bits(GgmlType type, int k)
    {
        Assert.SkipUnless(X64Features.AmxBf16, "The processor has no matrix tiles, or the system does not grant them.");
        AssertSameForms(specialized => WeightCodes.Visit(type, new TileGemmFactory(type, k, MaxTokens, packsItself: true, specialized)), type, k);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_generic_form_of_panels_computes_the_same_bits(GgmlType type, int k)
    {
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        AssertSameForms(specialized => WeightCodes.Visit(type, new PanelGemmFactory(type, k, specialized: specialized)), type, k);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Panels_agree_with_f64(GgmlType type, int k)
    {
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        using var problem = Case(WeightCodes.Visit(type, new PanelGemmFactory(type, k)), type, k);
        Check(problem, problem.Quantized, SameActivations);
        problem.AssertClose(problem.Exact, problem.Run(0, Rows, MaxTokens), 0, Rows, MaxTokens, ExactActivations);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Panels_start_from_a_residual_or_a_bias(GgmlType type, int k)
    {
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        var random = new Random(k);
        foreach (var tokens in (int[])[1, MaxTokens])
        {
            float[] start = [.. Enumerable.Range(0, Rows * tokens).Select(_ => (random.NextSingle() * 2) - 1)];
            using var problem = new MatMulCase(WeightCodes.Visit(type, new PanelGemmFactory(type, k)), type, k, Rows, MaxTokens, seed: k) { Start = start };
            double[] expected = [.. problem.Quantized.Select((value, i) => value + start[i % start.Length])];
            Check(problem, expected, SameActivations);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Panels_for_scattered_tokens_agree_with_f64(GgmlType type, int k)
    {
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        using var problem = Case(WeightCodes.Visit(type, new PanelGemmFactory(type, k, ofExperts: true)), type, k, batchInvariant: true);
        Check(problem, problem.Quantized, SameActivations);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Few_scattered_tokens_agree_with_f64(GgmlType type, int k)
    {
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        using var problem = Case(WeightCodes.Visit(type, new PanelGemmFactory(type, k, ofExperts: true)), type, k, rows: 600);
        for (var tokens = 1; tokens <= 9; tokens++)
        {
            foreach (var (start, end) in new[] { (0, 600), (7, 8), (32, 289) })
            {
                problem.AssertClose(problem.Quantized, problem.Run(start, end, tokens), start, end, tokens, SameActivations);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases256))]
    public void Panels_of_256_bits_agree_with_f64(X64Level level, GgmlType type, int k)
    {
        Assert.SkipUnless(X64Levels.IsSupported(level), $"The processor has no {X64Levels.Name(level)}.");
        using var problem = Case(WeightCodes.Visit(type, new PanelGemm256Factory(level, k)), type, k);
        Check(problem, problem.Quantized, SameActivations);
        problem.AssertClose(problem.Exact, problem.Run(0, Rows, MaxTokens), 0, Rows, MaxTokens, ExactActivations);
    }

    private static void AssertSameForms(Func<bool, MatrixKernel> create, GgmlType type, int k)
    {
        using var specialized = Case(create(true), type, k);
        using var generic = Case(create(false), type, k);
        foreach (var (start, end, tokens) in new[] { (0, Rows, MaxTokens), (0, Rows, 16), (7, 8, 1), (32, 64, 4) })
        {
            AssertSame(specialized.Run(start, end, tokens), generic.Run(start, end, tokens), start, end, tokens);
        }
    }

    private static MatMulCase Case(MatrixKernel kernel, GgmlType type, int k, int rows = Rows, bool batchInvariant = false) =>
        new(kernel, type, k, rows, MaxTokens, seed: k) { BatchInvariant = batchInvariant };

    /// <summary>Every number of tokens and odd ranges of rows; a token's result is the same to the bit with any other tokens and rows beside it.</summary>
    private static void Check(MatMulCase problem, double[] expected, double limit)
    {
        var all = problem.Run(0, Rows, MaxTokens);
        problem.AssertClose(expected, all, 0, Rows, MaxTokens, limit);
        foreach (var tokens in s_tokenCounts)
        {
            AssertSame(all, problem.Run(0, Rows, tokens), 0, Rows, tokens);
        }

        foreach (var (start, end) in new[] { (0, 32), (7, 8), (32, 64), (64, 165), (96, 160) })
        {
            AssertSame(all, problem.Run(start, end, 20), start, end, 20);
        }
    }

    private static void AssertSame(float[] expected, float[] actual, int rowStart, int rowEnd, int tokens)
    {
        for (var t = 0; t < tokens; t++)
        {
            var wanted = expected.AsSpan((t * Rows) + rowStart, rowEnd - rowStart);
            var found = actual.AsSpan((t * Rows) + rowStart, rowEnd - rowStart);
            Assert.True(wanted.SequenceEqual(found), $"Token {t} of {tokens} differs in rows {rowStart}..{rowEnd}.");
        }
    }
}
