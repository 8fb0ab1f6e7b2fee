using Lathe.Cpu.MatMul;
using Lathe.Cpu.Tests.Simd.MatMul;
using Lathe.Cpu.X64;
using Lathe.Cpu.X64.MatMul.Floats;
using Lathe.Cpu.X64.MatMul.Tiles;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Tests.X64;

/// <summary>Every emitted kernel for float weights against f64 over the scalar conversion, on weights that end where memory does.</summary>
public sealed class FloatKernelTests
{
    private const int GemvRows = 37;
    private const int GemvTokens = 8;
    private const int GemmRows = 165; // a panel of 128, one of 32, and a part of one
    private const int GemmTokens = 43;

    /// <summary>f32 rounding alone separates an exact kernel from f64.</summary>
    private const double Exact = 1e-11;

    /// <summary>bf16 activations: a twelfth of the square of a unit in the last place, 2.2e-6 of the power on the mean, and more by chance where there are few.</summary>
    private const double Bf16 = 5e-6;

    /// <summary>Two bf16 parts leave 2^-17 of an activation at most, and what their second parts would add.</summary>
    private const double Split = 1e-10;

    public static TheoryData<GgmlType, int> GemvCases => Cases(1, 15, 16, 17, 63, 64, 65, 100, 288, 1536, 2881, 8960);

    public static TheoryData<GgmlType, int> GemmCases => Cases(1, 15, 16, 17, 33, 511, 512, 513, 1024, 1030, 1537);

    [Theory]
    [MemberData(nameof(GemvCases))]
    public void A_gemv_agrees_with_f64(GgmlType type, int k)
    {
        Assert.SkipUnless(X64Features.Avx512, "The processor has no AVX-512.");
        using var problem = new MatMulCase(new FloatGemvKernel(type, k, GemvTokens), type, k, GemvRows, GemvTokens, seed: k);
        var all = problem.Run(0, GemvRows, GemvTokens);
        problem.AssertClose(problem.Exact, all, 0, GemvRows, GemvTokens, Exact);
        for (var rows = 1; rows < GemvRows; rows++)
        {
            var start = rows * 7 % (GemvRows - rows + 1);
            var tokens = (rows % GemvTokens) + 1;
            AssertSame(all, problem.Run(start, start + rows, tokens), GemvRows, start, start + rows, tokens);
        }
    }

    [Theory]
    [MemberData(nameof(GemmCases))]
    public void A_gemm_agrees_with_f64(GgmlType type, int k)
    {
        Assert.SkipUnless(X64Features.Avx512, "The processor has no AVX-512.");
        CheckGemm(tokens => new FloatGemm(new FloatGemmShape(type, FloatProduct.F32, k), tokens, packsItself: true), type, k, Exact);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(1536)]
    [InlineData(2081)]
    public void A_gemm_of_bf16_products_agrees_with_f64(int k)
    {
        Assert.SkipUnless(X64Features.Avx512Bf16, "The processor has no vdpbf16ps.");
        CheckGemm(tokens => new FloatGemm(new FloatGemmShape(GgmlType.BF16, FloatProduct.BF16, k), tokens, packsItself: true), GgmlType.BF16, k, Bf16);
    }

    [Theory]
    [InlineData(GgmlType.BF16, 1, Bf16)]
    [InlineData(GgmlType.BF16, 2, Split)]
    [InlineData(GgmlType.F16, 2, Split)]
    public void Tiles_agree_with_f64(GgmlType type, int activationParts, double limit)
    {
        Assert.SkipUnless(X64Features.AmxBf16, "The processor has no matrix tiles, or the system does not grant them.");
        foreach (var k in (int[])[32, 224, 512, 1056])
        {
            CheckGemm(
                tokens => type == GgmlType.F16
                    ? new TileGemm(new HalfTileUnpacker(), new TileParts(2, activationParts), k, tokens, packsItself: true)
                    : new TileGemm(new BF16TileUnpacker(), new TileParts(1, activationParts), k, tokens, packsItself: true),
                type, k, limit);
        }
    }

    [Fact]
    public void A_range_without_rows_or_tokens_writes_nothing()
    {
        Assert.SkipUnless(X64Features.Avx512, "The processor has no AVX-512.");
        foreach (var kernel in new MatrixKernel[] { new FloatGemvKernel(GgmlType.F16, 64, 8), new FloatGemm(new FloatGemmShape(GgmlType.F16, FloatProduct.F32, 64), 8, packsItself: true) })
        {
            using var problem = new MatMulCase(kernel, GgmlType.F16, 64, 3, 2, seed: 1);
            _ = problem.Run(2, 2, 2);
            _ = problem.Run(2, 2, 1);
            _ = problem.Run(0, 3, 0);
        }
    }

    [Fact]
    public void Only_bf16_is_multiplied_as_bf16() =>
        Assert.Contains("F16", Assert.Throws<NotSupportedException>(() => new FloatGemmShape(GgmlType.F16, FloatProduct.BF16, 64).WeightPacking(0)).Message);

    private static TheoryData<GgmlType, int> Cases(params int[] sizes)
    {
        var cases = new TheoryData<GgmlType, int>();
        foreach (var type in FloatFormat.Types)
        {
            foreach (var k in sizes)
            {
                cases.Add(type, k);
            }
        }

        return cases;
    }

    /// <summary>Every number of tokens and odd ranges of rows; a token's result is the same to the bit with any other tokens and rows beside it.</summary>
    private static void CheckGemm(Func<int, MatrixKernel> create, GgmlType type, int k, double limit)
    {
        using var problem = new MatMulCase(create(GemmTokens), type, k, GemmRows, GemmTokens, seed: k);
        var all = problem.Run(0, GemmRows, GemmTokens);
        problem.AssertClose(problem.Exact, all, 0, GemmRows, GemmTokens, limit);
        for (var tokens = 1; tokens <= 25; tokens++)
        {
            AssertSame(all, problem.Run(0, GemmRows, tokens), GemmRows, 0, GemmRows, tokens);
        }

        foreach (var (start, end) in new[] { (0, 32), (7, 8), (32, 64), (64, 165), (96, 160), (3, 20), (100, 148) })
        {
            AssertSame(all, problem.Run(start, end, 20), GemmRows, start, end, 20);
        }
    }

    private static void AssertSame(float[] expected, float[] actual, int rows, int rowStart, int rowEnd, int tokens)
    {
        for (var t = 0; t < tokens; t++)
        {
            var wanted = expected.AsSpan((t * rows) + rowStart, rowEnd - rowStart);
            var found = actual.AsSpan((t * rows) + rowStart, rowEnd - rowStart);
            Assert.True(wanted.SequenceEqual(found), $"Token {t} of {tokens} differs in rows {rowStart}..{rowEnd}.");
        }
    }
}
