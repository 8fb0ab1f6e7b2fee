using Lathe.Cpu.Simd.MatMul;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.Simd.MatMul;

/// <summary>Every weight type on every tier against f64 over the scalar dequantiser.</summary>
public sealed class MatMulKernelTests
{
    private const int Rows = 37;
    private const int Tokens = 33;

    /// <summary>f32 rounding alone separates a kernel from f64 on the same activations.</summary>
    private const double SameActivations = 1e-10;

    /// <summary>Eight bits per activation separate it from f64 on the original ones.</summary>
    private const double ExactActivations = 5e-4;

    private static readonly int[] s_tokens = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 33];

    public static TheoryData<GgmlType, SimdTier, int> Cases
    {
        get
        {
            var cases = new TheoryData<GgmlType, SimdTier, int>();
            foreach (GgmlType type in MatMulKernels.Types)
            {
                int[] sizes = BlockFormat.Get(type).BlockElements switch
                {
                    1 => [1, 17, 32, 33, 100, 256, 288, 1536, 2880],
                    32 => [32, 64, 96, 256, 288, 512, 1536, 2880],
                    _ => [256, 512, 1536, 2816],
                };
                foreach (SimdTier tier in SimdTiers.Supported)
                {
                    foreach (int k in sizes)
                    {
                        cases.Add(type, tier, k);
                    }
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gemv_and_gemm_agree_with_f64(GgmlType type, SimdTier tier, int k)
    {
        using var problem = new MatMulCase(MatMulKernels.Find(type, tier), k, Rows, Tokens, seed: k);
        float[] all = problem.Run(gemm: true, 0, Rows, Tokens);
        problem.AssertClose(problem.Quantized, all, 0, Rows, Tokens, SameActivations);
        problem.AssertClose(problem.Exact, all, 0, Rows, Tokens, ExactActivations);
        foreach (int tokens in s_tokens)
        {
            Check(problem, 0, Rows, tokens);
        }

        for (int rows = 1; rows < Rows; rows++)
        {
            int start = rows * 7 % (Rows - rows + 1);
            Check(problem, start, start + rows, s_tokens[rows % s_tokens.Length]);
        }
    }

    [Fact]
    public void A_range_without_rows_or_tokens_writes_nothing()
    {
        using var problem = new MatMulCase(MatMulKernels.Find(GgmlType.Q8_0), 64, 3, 2, seed: 1);
        foreach (bool gemm in (bool[])[false, true])
        {
            _ = problem.Run(gemm, 2, 2, 2);
            _ = problem.Run(gemm, 0, 3, 0);
        }
    }

    [Fact]
    public void Every_type_that_can_be_dequantised_has_kernels() =>
        Assert.Equal(BlockFormat.All.Select(format => format.Type).Order(), MatMulKernels.Types.Order());

    [Fact]
    public void A_type_without_kernels_is_refused()
    {
        var error = Assert.Throws<NotSupportedException>(() => MatMulKernels.Find(GgmlType.I32));
        Assert.Contains("I32", error.Message);
        Assert.Contains("Q4_K", error.Message);
    }

    [Fact]
    public void A_tier_that_does_not_exist_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => MatMulKernels.Find(GgmlType.Q8_0, (SimdTier)99));

    private static void Check(MatMulCase problem, int rowStart, int rowEnd, int tokens)
    {
        foreach (bool gemm in (bool[])[false, true])
        {
            float[] output = problem.Run(gemm, rowStart, rowEnd, tokens);
            problem.AssertClose(problem.Quantized, output, rowStart, rowEnd, tokens, SameActivations);
        }
    }
}
