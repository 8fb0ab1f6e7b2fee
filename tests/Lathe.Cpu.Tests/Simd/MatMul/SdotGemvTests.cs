using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Simd.MatMul.Quantized;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.Simd.MatMul;

/// <summary>The gemv of ARM's decode against f64 over the scalar dequantiser, on every processor: where there is no sdot, its products are 16-bit
/// arithmetic and all else is the same code.</summary>
public sealed unsafe class SdotGemvTests
{
    /// <summary>Two whole rounds of eight rows and a rest of pairs and one.</summary>
    private const int Rows = 23;

    private const int Tokens = 9;

    /// <summary>f32 rounding alone separates a kernel from f64 on the same activations.</summary>
    private const double SameActivations = 1e-10;

    public static TheoryData<GgmlType, int> Cases
    {
        get
        {
            var cases = new TheoryData<GgmlType, int>();
            foreach (GgmlType type in SdotGemvs.Types)
            {
                int[] sizes = BlockFormat.Get(type).BlockElements == 32 ? [32, 64, 96, 224, 256, 288, 512, 1536, 2880] : [256, 512, 1536, 2816];
                foreach (int k in sizes)
                {
                    cases.Add(type, k);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_agrees_with_f64_for_any_rows_and_tokens(GgmlType type, int k)
    {
        using var problem = new MatMulCase(Kernel(type), k, Rows, Tokens, seed: k + 1);
        for (int tokens = 1; tokens <= Tokens; tokens++)
        {
            Check(problem, 0, Rows, tokens);
        }

        for (int rows = 1; rows < Rows; rows++)
        {
            int start = rows * 7 % (Rows - rows + 1);
            Check(problem, start, start + rows, 1 + (rows % Tokens));
        }
    }

    [Fact]
    public void A_range_without_rows_or_tokens_writes_nothing()
    {
        using var problem = new MatMulCase(Kernel(GgmlType.Q8_0), 64, 3, 2, seed: 1);
        _ = problem.Run(gemm: false, 2, 2, 2);
        _ = problem.Run(gemm: false, 0, 3, 0);
    }

    [Fact]
    public void Types_without_one_are_served_by_the_other_gemv()
    {
        Assert.All(SdotGemvs.Types, type => Assert.True(SdotGemvs.Find(type) != null));
        Assert.True(SdotGemvs.Find(GgmlType.Q2_K) == null);
    }

    private static void Check(MatMulCase problem, int rowStart, int rowEnd, int tokens)
    {
        float[] output = problem.Run(gemm: false, rowStart, rowEnd, tokens);
        problem.AssertClose(problem.Quantized, output, rowStart, rowEnd, tokens, SameActivations);
    }

    private static MatMulKernel Kernel(GgmlType type)
    {
        MatMulKernel kernel = MatMulKernels.Find(type, SimdTier.Vector128);
        return new(type, kernel.Tier, kernel.ActivationKind, SdotGemvs.Find(type), kernel.Gemm, SdotGemvs.ScratchBytes, kernel.RowMultiple);
    }
}
