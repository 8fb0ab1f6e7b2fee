using Lathe.Cpu.Tests.Simd.MatMul;
using Lathe.Cpu.X64;
using Lathe.Cpu.X64.MatMul.Gemv256;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.X64;

/// <summary>Every 256-bit gemv on either level against f64 over the scalar dequantiser, on weights that end where memory does.</summary>
public sealed class Gemv256KernelTests
{
    private const int Rows = 37;
    private const int MaxTokens = 8;

    /// <summary>f32 rounding alone separates a kernel from f64 on the same activations.</summary>
    private const double SameActivations = 1e-10;

    private const double ExactActivations = 5e-4;

    public static TheoryData<X64Level, GgmlType, int> Cases
    {
        get
        {
            var cases = new TheoryData<X64Level, GgmlType, int>();
            foreach (var level in Gemv256Recipes.Levels)
            {
                foreach (var type in Gemv256Formats.Types)
                {
                    int[] sizes = BlockFormat.Get(type).BlockElements == 32 ? [32, 96, 160, 224, 256, 288, 416, 1536, 2880] : [256, 512, 1536, 2816];
                    foreach (var k in sizes)
                    {
                        cases.Add(level, type, k);
                    }
                }
            }

            return cases;
        }
    }

    public static TheoryData<X64Level> Levels => [.. Gemv256Recipes.Levels];

    [Theory]
    [MemberData(nameof(Cases))]
    public void All_rows_and_tokens_agree_with_f64(X64Level level, GgmlType type, int k)
    {
        Assert.SkipUnless(X64Levels.IsSupported(level), $"The processor has no {X64Levels.Name(level)}.");
        using var problem = Case(level, type, k);
        var all = problem.Run(0, Rows, MaxTokens);
        problem.AssertClose(problem.Quantized, all, 0, Rows, MaxTokens, SameActivations);
        problem.AssertClose(problem.Exact, all, 0, Rows, MaxTokens, ExactActivations);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_result_does_not_depend_on_the_rows_and_tokens_that_are_asked_for_with_it(X64Level level, GgmlType type, int k)
    {
        Assert.SkipUnless(X64Levels.IsSupported(level), $"The processor has no {X64Levels.Name(level)}.");
        using var problem = Case(level, type, k);
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

    /// <summary>The largest codes with the largest activations of one sign: a 16-bit sum that saturates would be off by far.</summary>
    [Theory]
    [MemberData(nameof(Levels))]
    public unsafe void The_largest_products_do_not_saturate(X64Level level)
    {
        const int K = 512;
        Assert.SkipUnless(X64Levels.IsSupported(level), $"The processor has no {X64Levels.Name(level)}.");
        foreach (var type in Gemv256Formats.Types)
        {
            foreach (byte fill in (byte[])[0x00, 0x7f, 0x80, 0x81, 0xff])
            {
                var format = BlockFormat.Get(type);
                var weights = new byte[format.ByteSize(K)];
                RandomBlocks.Fill(type, weights, new Random(1));
                FillCodes(type, weights, fill);
                var values = new float[K];
                fixed (byte* bytes = weights)
                {
                    fixed (float* target = values)
                    {
                        format.Dequantize(bytes, target, K);
                    }
                }

                foreach (var sign in (int[])[1, -1])
                {
                    var expected = values.Sum(value => (double)value) * sign;
                    var magnitude = values.Sum(value => Math.Abs((double)value));
                    Assert.Equal(expected, Multiply(level, type, weights, sign), 1e-3 * magnitude);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void The_smallest_exponents_of_mxfp4_keep_their_values(X64Level level)
    {
        Assert.SkipUnless(X64Levels.IsSupported(level), $"The processor has no {X64Levels.Name(level)}.");
        foreach (byte exponent in (byte[])[0, 1, 2, 254])
        {
            // Eight blocks of value 6 = twice 12/2, the first with the exponent in question and the others with 2^-20.
            var weights = new byte[8 * MXFP4.BlockBytes];
            Array.Fill(weights, (byte)0x77);
            for (var block = 0; block < 8; block++)
            {
                weights[block * MXFP4.BlockBytes] = block == 0 ? exponent : (byte)108;
            }

            var expected = (MXFP4.HalfScale(exponent) * 12.0 * 32) + (7 * MXFP4.HalfScale(108) * 12.0 * 32);
            Assert.InRange(Multiply(level, GgmlType.MXFP4, weights, 1e-3f) * 1e3 / expected, 1 - 1e-3, 1 + 1e-3);
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void A_range_without_rows_writes_nothing(X64Level level)
    {
        Assert.SkipUnless(X64Levels.IsSupported(level), $"The processor has no {X64Levels.Name(level)}.");
        using var problem = Case(level, GgmlType.Q8_0, 64);
        _ = problem.Run(2, 2, 2);
        _ = problem.Run(2, 2, 1);
        _ = problem.Run(0, 3, 0);
    }

    /// <summary>Every byte of a block that holds codes.</summary>
    private static void FillCodes(GgmlType type, Span<byte> weights, byte fill)
    {
        var block = BlockFormat.Get(type).BlockBytes;
        var (start, end) = type switch
        {
            GgmlType.Q4_0 or GgmlType.Q5_0 or GgmlType.Q8_0 or GgmlType.IQ4_NL => (2, block),
            GgmlType.Q4_1 or GgmlType.Q5_1 => (4, block),
            GgmlType.MXFP4 => (1, block),
            GgmlType.IQ4_XS => (8, block),
            GgmlType.Q2_K => (16, 80),
            GgmlType.Q3_K => (0, 96),
            GgmlType.Q4_K or GgmlType.Q5_K => (16, block),
            GgmlType.Q6_K => (0, 192),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Where are its codes?"),
        };
        for (var first = 0; first < weights.Length; first += block)
        {
            weights[(first + start)..(first + end)].Fill(fill);
        }
    }

    /// <summary>One row times <paramref name="x"/> everywhere.</summary>
    private static unsafe float Multiply(X64Level level, GgmlType type, byte[] row, float x)
    {
        var k = row.Length / BlockFormat.Get(type).BlockBytes * BlockFormat.Get(type).BlockElements;
        var kernel = new Gemv256Kernel(type, level, k, 1);
        using var weights = new GuardedMemory(row.Length);
        row.CopyTo(weights.Span);
        using var activations = new GuardedMemory(kernel.ActivationBytesPerRow(k));
        float result;
        fixed (float* values = Enumerable.Repeat(x, k).ToArray())
        {
            kernel.Pack(values, activations.Pointer, k);
        }

        var arguments = new Cpu.MatMul.MatMulArguments
        {
            Weights = weights.Pointer,
            RowBytes = weights.Bytes,
            K = k,
            RowEnd = 1,
            Activations = activations.Pointer,
            ActivationStride = activations.Bytes,
            Tokens = 1,
            Output = &result,
            OutputStride = 1,
        };
        kernel.Run(&arguments);
        return result;
    }

    private static MatMulCase Case(X64Level level, GgmlType type, int k) => new(new Gemv256Kernel(type, level, k, MaxTokens), type, k, Rows, MaxTokens, seed: k);

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
