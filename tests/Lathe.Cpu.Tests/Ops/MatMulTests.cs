using Lathe.Cpu.X64;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Tests.Ops;

/// <summary>The reference product and the routes for float weights, with what a node adds to a product; the kernels have tests of their own.</summary>
public sealed class MatMulTests
{
    private const string Route = "cpu.matmul.reference";

    [Theory]
    [InlineData(GgmlType.F32, 1, 1)]
    [InlineData(GgmlType.F32, 33, 7)]
    [InlineData(GgmlType.F16, 67, 50)]
    [InlineData(GgmlType.BF16, 18, 100)]
    [InlineData(GgmlType.Q8_0, 96, 33)]
    [InlineData(GgmlType.Q4_0, 2880, 5)]
    public void Rows_times_columns_plus_bias_plus_residual(GgmlType type, int inputs, int outputs) =>
        Check(OpRoutes.Get(Route), 1e-14, type, inputs, outputs, [(1, false, false), (1, true, true), (5, false, true), (13, true, false)]);

    [Theory]
    [InlineData("cpu.matmul.f32.gemv.avx512", GgmlType.F32, 1e-11)]
    [InlineData("cpu.matmul.f16.gemv.avx512", GgmlType.F16, 1e-11)]
    [InlineData("cpu.matmul.bf16.gemv.avx512", GgmlType.BF16, 1e-11)]
    [InlineData("cpu.matmul.f32.gemm.avx512", GgmlType.F32, 1e-11)]
    [InlineData("cpu.matmul.f16.gemm.avx512", GgmlType.F16, 1e-11)]
    [InlineData("cpu.matmul.bf16.gemm.avx512", GgmlType.BF16, 1e-11)]
    [InlineData("cpu.matmul.bf16.gemm.avx512bf16", GgmlType.BF16, 5e-6)]
    [InlineData("cpu.matmul.bf16.gemm.amx", GgmlType.BF16, 5e-6)]
    [InlineData("cpu.matmul.bf16.gemm.split.amx", GgmlType.BF16, 1e-10)]
    [InlineData("cpu.matmul.f16.gemm.split.amx", GgmlType.F16, 1e-10)]
    public void Emitted_routes_for_float_weights(string id, GgmlType type, double limit)
    {
        var route = OpRoutes.Get(id);
        Assert.SkipWhen(route.WhyNot(Node(Values.Matrix(type, 64, 1, new float[64]))) is { } reason, $"{id} is not for this processor.");
        (int, bool, bool)[] batches = id.Contains("gemv", StringComparison.Ordinal)
            ? [(1, false, false), (1, true, true), (3, true, false), (8, false, true)]
            : [(9, false, false), (13, true, true), (25, false, true), (76, true, false)];
        int[] lengths = id.EndsWith("amx", StringComparison.Ordinal) ? [32, 544, 1056] : [3, 33, 544, 1057];
        foreach (var inputs in lengths)
        {
            Check(route, limit, type, inputs, 50, batches);
        }

        Check(route, limit, type, 64, 300, batches);
    }

    [Fact]
    public void Float_routes_say_what_they_are_not_for()
    {
        var gemv = OpRoutes.Get("cpu.matmul.f16.gemv.avx512");
        var gemm = OpRoutes.Get("cpu.matmul.f16.gemm.avx512");
        var tiles = OpRoutes.Get("cpu.matmul.bf16.gemm.amx");
        var node = Node(Values.Matrix(GgmlType.F16, 64, 1, new float[64]));
        Assert.SkipWhen(gemv.WhyNot(node) is not null, "The processor has no AVX-512.");
        Assert.Null(gemv.WhyNot(node, new GraphShape(8, 1)));
        Assert.Equal("is for up to 8 rows", gemv.WhyNot(node, new GraphShape(9, 1)));
        Assert.Null(gemm.WhyNot(node, new GraphShape(9, 1)));
        Assert.Equal("is for at least 9 rows", gemm.WhyNot(node, new GraphShape(8, 1)));
        Assert.Contains("not F16", gemv.WhyNot(Node(Values.Matrix(GgmlType.BF16, 64, 1, new float[64]))));
        Assert.SkipWhen(tiles.WhyNot(Node(Values.Matrix(GgmlType.BF16, 64, 1, new float[64]))) is not null, "The processor has no matrix tiles.");
        Assert.Equal("is for rows of whole 32 values", tiles.WhyNot(Node(Values.Matrix(GgmlType.BF16, 65, 1, new float[65]))));
    }

    [Theory]
    [InlineData(GgmlType.F32, 64, "cpu.matmul.f32.gemm.avx512")]
    [InlineData(GgmlType.F16, 64, "cpu.matmul.f16.gemm.split.amx")]
    [InlineData(GgmlType.BF16, 64, "cpu.matmul.bf16.gemm.split.amx")]
    [InlineData(GgmlType.F16, 65, "cpu.matmul.f16.gemm.avx512")]
    public void Up_to_eight_rows_take_the_gemv_and_more_the_fastest_gemm_that_keeps_the_weights(GgmlType type, int inputs, string gemm)
    {
        Assert.SkipUnless(X64Features.AmxBf16, "The processor has no matrix tiles, or the system does not grant them.");
        using var backend = new CpuBackend(threads: 1);
        var node = Node(Values.Matrix(type, inputs, 1, new float[inputs]));
        foreach (var (tokens, expected) in new[] { (1, gemm[..gemm.IndexOf("gemm", StringComparison.Ordinal)] + "gemv.avx512"), (9, gemm), (512, gemm) })
        {
            Assert.Equal(expected, backend.Routes.Select(node, new GraphShape(tokens, 1), RoutePolicy.Default).Id);
        }
    }

    private static MatMulNode Node(Weight matrix) => new("product", 0, matrix, Values.Tokens(0, matrix.InputWidth), null, null, Values.Tokens(2, matrix.OutputWidth));

    private static void Check(CpuRoute route, double limit, GgmlType type, int inputs, int outputs, (int Tokens, bool WithBias, bool WithResidual)[] batches)
    {
        var matrix = Values.Matrix(type, inputs, outputs, Numbers.Normal(inputs * outputs, 1));
        var bias = Numbers.Normal(outputs, 2);
        foreach (var (tokens, withBias, withResidual) in batches)
        {
            var x = Numbers.Normal(inputs * tokens, 3);
            var residual = Numbers.Normal(outputs * tokens, 4);
            double[] expected = [.. PlainProduct.Of(matrix, x, withBias ? bias : null).Zip(residual, (product, rest) => product + (withResidual ? rest : 0))];

            foreach (var threads in OpTest.ThreadCounts)
            {
                using var test = new OpTest(new GraphShape(tokens, 1), threads);
                GraphValue input = Values.Tokens(0, inputs), rest = Values.Tokens(1, outputs);
                test.SetInput(input, x, rowWise: true);
                test.SetInput(rest, residual);
                var node = new MatMulNode(
                    "product", 0, matrix, input, withBias ? Values.Vector(bias) : null, withResidual ? rest : null, Values.Tokens(2, outputs));
                Numbers.AssertClose(limit, test.Run(route, node, Values.Batch(tokens)), expected, $"{inputs} by {outputs}, {tokens} tokens, {threads} threads");
            }
        }
    }
}
