using Lathe.Cpu.Tests.Simd.MatMul;
using Lathe.Cpu.X64;
using Lathe.Cpu.X64.MatMul;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.X64;

/// <summary>Every emitted gemv against f64 over the scalar dequantiser, on weights that end where memory does.</summary>
public sealed class GemvKernelTests
{
    private const int Rows = 37;
    private const int MaxTokens = 8;

    /// <summary>f32 rounding alone separates a kernel from f64 on the same activations.</summary>
    private const double SameActivations = 1e-10;

    private const double ExactActivations = 5e-4;

    public static TheoryData<GgmlType, int> Cases
    {
        get
        {
            var cases = new TheoryData<GgmlType, int>();
            foreach (var type in GemvFormats.Types)
            {
                int[] sizes = BlockFormat.Get(type).BlockElements == 32 ? [32, 96, 160, 224, 256, 288, 416, 1536, 2880] : [256, 512, 1536, 2816];
                foreach (var k in sizes)
                {
                    cases.Add(type, k);
                }
            }

            return cases;
        }
    }

    public static TheoryData<GgmlType> Types => [.. GemvFormats.Types];

    [Theory]
    [MemberData(nameof(Cases))]
    public void All_rows_and_tokens_agree_with_f64(GgmlType type, int k)
    {
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        using var problem = Case(type, k);
        var all = problem.Run(0, Rows, MaxTokens);
        problem.AssertClose(problem.Quantized, all, 0, Rows, MaxTokens, SameActivations);
        problem.AssertClose(problem.Exact, all, 0, Rows, MaxTokens, ExactActivations);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_result_does_not_depend_on_the_rows_and_tokens_that_are_asked_for_with_it(GgmlType type, int k)
    {
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        using var problem = Case(type, k);
        var all = problem.Run(0, Rows, MaxTokens);
        for (var tokens = 1; tokens <= MaxTokens; tokens++)
        {
            AssertSame(all, problem.Run(0, Rows, tokens), 0, Rows, tokens);
        }

        for (var rows = 1; rows < Rows; rows++)
        {
            var start = rows * 7 % (Rows - rows + 1);
            var tokens = (rows % MaxTokens) + 1;
            AssertSame(all, problem.Run(start, start + rows, tokens), start, start + rows, tokens);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void However_the_rows_are_walked_the_bits_are_the_same(GgmlType type)
    {
        const int k = 1536;
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        using var four = new MatMulCase(new GemvKernel(GemvFormats.Create(type), k, MaxTokens, walk: RowStreams.Four), type, k, Rows, MaxTokens, seed: k);
        using var eight = new MatMulCase(new GemvKernel(GemvFormats.Create(type), k, MaxTokens, walk: RowStreams.Eight), type, k, Rows, MaxTokens, seed: k);
        for (var tokens = 1; tokens <= MaxTokens; tokens++)
        {
            AssertSame(four.Run(0, Rows, tokens), eight.Run(0, Rows, tokens), 0, Rows, tokens);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void The_generic_form_computes_the_same_bits(GgmlType type)
    {
        const int k = 1536;
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        using var specialized = Case(type, k);
        using var generic = new MatMulCase(new GemvKernel(GemvFormats.Create(type), k, MaxTokens, specialized: false), type, k, Rows, MaxTokens, seed: k);
        AssertSame(specialized.Run(0, Rows, MaxTokens), generic.Run(0, Rows, MaxTokens), 0, Rows, MaxTokens);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void The_form_without_byte_operations_computes_the_same_bits(GgmlType type)
    {
        const int k = 1536;
        Assert.SkipUnless(X64Features.Avx512Vnni && X64Features.Avx512Bytes, "The processor has no 512-bit vpdpbusd, or no byte operations to compare with.");
        using var usual = Case(type, k);
        using var longer = new MatMulCase(new GemvKernel(GemvFormats.Create(type), k, MaxTokens, hasByteOperations: false), type, k, Rows, MaxTokens, seed: k);
        AssertSame(usual.Run(0, Rows, MaxTokens), longer.Run(0, Rows, MaxTokens), 0, Rows, MaxTokens);
    }

    [Fact]
    public void The_smallest_exponents_of_mxfp4_keep_their_values()
    {
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        foreach (byte exponent in (byte[])[0, 1, 2, 254, 255])
        {
            // Eight blocks of value 6 = twice 12/2, the first with the exponent in question and the others with 2^-20.
            var result = MultiplyByOnes(exponent);
            var expected = (MXFP4.HalfScale(exponent) * 12.0 * 32) + (7 * MXFP4.HalfScale(108) * 12.0 * 32);
            Assert.InRange(result / expected, 1 - 1e-3, 1 + 1e-3);
        }
    }

    [Fact]
    public unsafe void A_range_without_rows_writes_nothing()
    {
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        using var problem = Case(GgmlType.Q8_0, 64);
        _ = problem.Run(2, 2, 2);
        _ = problem.Run(2, 2, 1);
        _ = problem.Run(0, 3, 0);
    }

    private static unsafe double MultiplyByOnes(byte exponent)
    {
        const int K = 256;
        var kernel = new GemvKernel(GemvFormats.Create(GgmlType.MXFP4), K, 1);
        using var weights = new GuardedMemory(BlockFormat.Get(GgmlType.MXFP4).ByteSize(K));
        for (var block = 0; block < K / MXFP4.BlockElements; block++)
        {
            weights.Span.Slice(block * MXFP4.BlockBytes, MXFP4.BlockBytes).Fill(0x77);
            weights.Span[block * MXFP4.BlockBytes] = block == 0 ? exponent : (byte)108;
        }

        using var activations = new GuardedMemory(kernel.ActivationBytesPerRow(K));
        var x = Enumerable.Repeat(1e-3f, K).ToArray();
        float result;
        fixed (float* values = x)
        {
            kernel.Pack(values, activations.Pointer, K);
        }

        var arguments = new Cpu.MatMul.MatMulArguments
        {
            Weights = weights.Pointer,
            RowBytes = weights.Bytes,
            K = K,
            RowEnd = 1,
            Activations = activations.Pointer,
            ActivationStride = activations.Bytes,
            Tokens = 1,
            Output = &result,
            OutputStride = 1,
        };
        kernel.Run(&arguments);
        return result * 1e3;
    }

    private static MatMulCase Case(GgmlType type, int k) => new(new GemvKernel(GemvFormats.Create(type), k, MaxTokens), type, k, Rows, MaxTokens, seed: k);

    private static void AssertSame(float[] expected, float[] actual, int rowStart, int rowEnd, int tokens)
    {
        for (var t = 0; t < tokens; t++)
        {
            for (var r = rowStart; r < rowEnd; r++)
            {
                var i = (t * Rows) + r;
                Assert.True(
                    BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]),
                    $"Token {t}, row {r} is {actual[i]:r} in rows {rowStart}..{rowEnd} of {tokens} tokens, and {expected[i]:r} otherwise.");
            }
        }
    }
}
