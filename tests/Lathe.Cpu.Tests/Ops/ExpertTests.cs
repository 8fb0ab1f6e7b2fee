using Lathe.Cpu.Reference;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Tests.Simd.MatMul;
using Lathe.Cpu.X64;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.Ops;

public sealed unsafe class ExpertTests
{
    public static TheoryData<string> RouteRoutes => OpRoutes.Of("route_experts");

    public static TheoryData<string> SumRoutes => OpRoutes.Of("weighted_sum");

    public static TheoryData<GgmlType> Types => [.. MatMulKernels.Types];

    [Theory]
    [MemberData(nameof(RouteRoutes))]
    public void The_largest_logits_are_picked_and_weighed_by_their_softmax(string route)
    {
        foreach (var (experts, used) in new[] { (1, 1), (4, 2), (32, 4), (128, 8), (5, 5) })
        {
            foreach (var tokens in new[] { 1, 7 })
            {
                var logits = Numbers.Normal(experts * tokens, experts, deviation: 3);
                var actual = Pick(route, logits, experts, used, tokens);
                for (var token = 0; token < tokens; token++)
                {
                    var row = logits[(token * experts)..((token + 1) * experts)].Select((logit, expert) => (Logit: (double)logit, Expert: expert)).ToArray();
                    var picked = row.OrderByDescending(item => item.Logit).Take(used).ToArray();
                    Assert.Equal(picked.Select(item => (float)item.Expert), actual[(token * 2 * used)..((token * 2 * used) + used)]);

                    // Softmax over all experts, then scaled so that the picked ones sum to 1.
                    var all = row.Sum(item => Math.Exp(item.Logit));
                    var share = picked.Sum(item => Math.Exp(item.Logit) / all);
                    double[] weights = [.. picked.Select(item => Math.Exp(item.Logit) / all / share)];
                    Numbers.AssertClose(1e-13, actual.AsSpan((token * 2 * used) + used, used), weights, $"{used} of {experts}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(RouteRoutes))]
    public void Ties_go_to_the_lower_expert_and_what_is_no_number_comes_last(string route)
    {
        Assert.Equal([1f, 3f, 0f], Pick(route, [2, 5, 2, 5, 2], 5, 3, 1)[..3]);
        Assert.Equal([2f, 0f, 1f], Pick(route, [float.NaN, float.NaN, 1, float.NaN], 4, 3, 1)[..3]);
        Assert.Equal([1f, 0f], Pick(route, [float.NegativeInfinity, 0, float.NegativeInfinity], 3, 2, 1)[..2]);
    }

    [Theory]
    [MemberData(nameof(SumRoutes))]
    public void Places_are_summed_by_their_weights(string route)
    {
        foreach (var (width, used, tokens) in new[] { (1, 1, 1), (33, 2, 5), (100, 8, 1), (64, 4, 3) })
        {
            foreach (var threads in OpTest.ThreadCounts)
            {
                float[] x = Numbers.Normal(width * used * tokens, 1), routing = Numbers.Normal(2 * used * tokens, 2);
                var expected = new double[width * tokens];
                for (var i = 0; i < x.Length; i++)
                {
                    var (token, inRow) = Math.DivRem(i, width * used);
                    expected[(token * width) + (inRow % width)] += (double)x[i] * routing[(token * 2 * used) + used + (inRow / width)];
                }

                using var test = new OpTest(new GraphShape(tokens, 1), threads);
                GraphValue input = Values.Tokens(0, width * used, width), picked = Values.Tokens(1, 2 * used);
                test.SetInput(input, x);
                test.SetInput(picked, routing, rowWise: true);
                var node = new WeightedSumNode("sum", 0, input, picked, Values.Tokens(2, width));
                Numbers.AssertClose(1e-12, test.Run(OpRoutes.Get(route), node, Values.Batch(tokens)), expected, $"{width} values, {used} places, {threads} threads");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Tokens_times_their_experts(GgmlType type)
    {
        // Eight bits of activation leave about 2^-16 of the power as error.
        foreach (var (route, limit) in new (CpuRoute, double)[]
        {
            (new ExpertMatMulReference(), 1e-13),
            (new ExpertMatMulSimd(type), MatMulKernels.Find(type).ActivationKind == ActivationKind.Quantized ? 3e-4 : 1e-11),
        })
        {
            foreach (var threads in OpTest.ThreadCounts)
            {
                Check(route, limit, type, new Case(256, 40, Experts: 6, Used: 3, Tokens: 1, IsShared: true, WithBias: true, threads));
                Check(route, limit, type, new Case(256, 33, Experts: 6, Used: 3, Tokens: 1, IsShared: false, WithBias: false, threads));
                Check(route, limit, type, new Case(256, 50, Experts: 4, Used: 2, Tokens: 21, IsShared: true, WithBias: false, threads));
                Check(route, limit, type, new Case(512, 18, Experts: 9, Used: 4, Tokens: 9, IsShared: false, WithBias: true, threads));
            }

            Check(route, limit, type, new Case(256, 17, Experts: 2, Used: 2, Tokens: 150, IsShared: true, WithBias: true, Threads: 2));
            Check(route, limit, type, new Case(256, 20, Experts: 3, Used: 1, Tokens: 5, IsShared: false, WithBias: true, Threads: 2));
        }
    }

    [Theory]
    [InlineData(GgmlType.MXFP4, 2880)]
    [InlineData(GgmlType.Q8_0, 96)]
    [InlineData(GgmlType.F32, 67)]
    public void Rows_that_are_no_whole_steps(GgmlType type, int inputs)
    {
        var limit = type == GgmlType.F32 ? 1e-11 : 3e-4;
        Check(new ExpertMatMulSimd(type), limit, type, new Case(inputs, 35, Experts: 3, Used: 2, Tokens: 1, IsShared: false, WithBias: true, Threads: 2));
        Check(new ExpertMatMulSimd(type), limit, type, new Case(inputs, 35, Experts: 3, Used: 2, Tokens: 12, IsShared: false, WithBias: true, Threads: 2));
    }

    /// <summary>From an expert that few want to one that all do.</summary>
    [Theory]
    [InlineData(GgmlType.Q8_0)]
    [InlineData(GgmlType.Q4_K)]
    [InlineData(GgmlType.Q6_K)]
    [InlineData(GgmlType.MXFP4)]
    [InlineData(GgmlType.IQ2_XS)]
    public void Emitted_route_for_quantized_experts(GgmlType type)
    {
        var route = OpRoutes.Get($"cpu.expert_matmul.{type.ToString().ToLowerInvariant()}.gemm.vnni512");
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        foreach (var threads in OpTest.ThreadCounts)
        {
            Check(route, 3e-4, type, new Case(512, 50, Experts: 9, Used: 2, Tokens: 21, IsShared: true, WithBias: true, threads));
            Check(route, 3e-4, type, new Case(256, 300, Experts: 40, Used: 3, Tokens: 33, IsShared: false, WithBias: true, threads));
            Check(route, 3e-4, type, new Case(1024, 33, Experts: 2, Used: 2, Tokens: 530, IsShared: true, WithBias: false, threads));
        }
    }

    [Theory]
    [InlineData("cpu.expert_matmul.f32.gemv.avx512", GgmlType.F32, 1e-11)]
    [InlineData("cpu.expert_matmul.f16.gemv.avx512", GgmlType.F16, 1e-11)]
    [InlineData("cpu.expert_matmul.bf16.gemv.avx512", GgmlType.BF16, 1e-11)]
    [InlineData("cpu.expert_matmul.f32.gemm.avx512", GgmlType.F32, 1e-11)]
    [InlineData("cpu.expert_matmul.f16.gemm.avx512", GgmlType.F16, 1e-11)]
    [InlineData("cpu.expert_matmul.bf16.gemm.avx512", GgmlType.BF16, 1e-11)]
    [InlineData("cpu.expert_matmul.bf16.gemm.avx512bf16", GgmlType.BF16, 5e-6)]
    [InlineData("cpu.expert_matmul.bf16.gemm.amx", GgmlType.BF16, 5e-6)]
    [InlineData("cpu.expert_matmul.bf16.gemm.split.amx", GgmlType.BF16, 1e-10)]
    [InlineData("cpu.expert_matmul.f16.gemm.split.amx", GgmlType.F16, 1e-10)]
    public void Emitted_routes_for_float_experts(string id, GgmlType type, double limit)
    {
        var route = OpRoutes.Get(id);
        var matrix = WithExperts(Values.Matrix(type, 32, 2, new float[64]), outputs: 1, experts: 2);
        var node = new ExpertMatMulNode("experts", 0, matrix, Values.Tokens(0, 32), Values.Tokens(1, 2), null, Values.Tokens(2, 1, 1));
        Assert.SkipWhen(route.WhyNot(node) is not null, $"{id} is not for this processor.");
        int odd = id.EndsWith("amx", StringComparison.Ordinal) ? 96 : 99, tokens = id.Contains("gemv", StringComparison.Ordinal) ? 8 : 21;
        foreach (var threads in OpTest.ThreadCounts)
        {
            Check(route, limit, type, new Case(256, 40, Experts: 6, Used: 3, Tokens: 1, IsShared: true, WithBias: true, threads));
            Check(route, limit, type, new Case(odd, 33, Experts: 6, Used: 3, Tokens: 1, IsShared: false, WithBias: false, threads));
            Check(route, limit, type, new Case(odd, 50, Experts: 4, Used: 2, tokens, IsShared: true, WithBias: false, threads));
            Check(route, limit, type, new Case(512, 18, Experts: 9, Used: 4, tokens, IsShared: false, WithBias: true, threads));
        }
    }

    [Theory]
    [InlineData("cpu.expert_matmul.reference", GgmlType.Q8_0, 1e-13, 21)]
    [InlineData("cpu.expert_matmul.q8_0.gemm.vnni512", GgmlType.Q8_0, 3e-4, 21)]
    [InlineData("cpu.expert_matmul.q8_0.gemm.vnni512", GgmlType.Q8_0, 3e-4, 70)]
    [InlineData("cpu.expert_matmul.mxfp4.gemm.vnni512", GgmlType.MXFP4, 3e-4, 70)]
    [InlineData("cpu.expert_matmul.q8_0.gemm.vnni256", GgmlType.Q8_0, 3e-4, 21)]
    [InlineData("cpu.expert_matmul.q8_0.gemv.vnni512", GgmlType.Q8_0, 3e-4, 1)]
    public void Results_of_experts_are_gated(string id, GgmlType type, double limit, int tokens)
    {
        var route = OpRoutes.Get(id);
        var matrix = WithExperts(Values.Matrix(type, 32, 2, new float[64]), outputs: 1, experts: 2);
        var node = new ExpertMatMulNode("experts", 0, matrix, Values.Tokens(0, 32), Values.Tokens(1, 2), null, Values.Tokens(2, 1, 1));
        Assert.SkipWhen(route.WhyNot(node) is not null, $"{id} is not for this processor.");
        foreach (var threads in OpTest.ThreadCounts)
        {
            Check(route, limit, type, new Case(96, 50, Experts: 9, Used: 3, tokens, IsShared: true, WithBias: true, threads, GluKind.SwiGlu));
            Check(route, limit, type, new Case(544, 33, Experts: 4, Used: 2, tokens, IsShared: true, WithBias: false, threads, GluKind.GeGlu));
            Check(route, limit, type, new Case(256, 64, Experts: 4, Used: 2, tokens, IsShared: false, WithBias: true, threads, GluKind.SwiGlu));
        }
    }

    [Fact]
    public void A_view_of_rows_keeps_to_its_expert()
    {
        var values = Enumerable.Range(0, 2 * 6 * 3).Select(i => (float)i).ToArray();
        var merged = WithExperts(Values.Matrix(GgmlType.F32, 2, 6, values), outputs: 6, experts: 3);
        var half = merged.Rows(4, 2);
        Assert.Equal((2, 3), (half.OutputWidth, half.ExpertCount));
        Assert.Equal([8f, 9f, 10f, 11f], new Span<float>(half.Expert(0).Data, 4).ToArray());
        Assert.Equal([32f, 33f, 34f, 35f], new Span<float>(half.Expert(2).Data, 4).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => half.Expert(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => half.Rows(1, 2));
    }

    private static float[] Pick(string route, float[] logits, int experts, int used, int tokens)
    {
        using var test = new OpTest(new GraphShape(tokens, 1), 2);
        test.SetInput(Values.Tokens(0, experts), logits);
        var node = new RouteExpertsNode("route", 0, Values.Tokens(0, experts), used, Values.Tokens(1, 2 * used));
        return test.Run(OpRoutes.Get(route), node, Values.Batch(tokens));
    }

    private static void Check(CpuRoute route, double limit, GgmlType type, Case c)
    {
        var format = BlockFormat.Get(type);
        var random = new Random(5);
        var bytes = new byte[format.ByteSize((long)c.Inputs * c.Outputs * c.Experts)];
        RandomBlocks.Fill(type, bytes, random);
        var matrix = WithExperts(Values.Matrix(type, c.Inputs, c.Outputs, bytes), c.Outputs, c.Experts);
        var weights = new float[c.Inputs * c.Outputs * c.Experts];
        fixed (float* target = weights)
        {
            format.Dequantize(matrix.Data, target, weights.Length);
        }

        var inputWidth = c.IsShared ? c.Inputs : c.Used * c.Inputs;
        float[] x = Numbers.Normal(inputWidth * c.Tokens, 3), bias = Numbers.Normal(c.Outputs * c.Experts, 4);
        var routing = new float[2 * c.Used * c.Tokens];
        var expected = new double[c.Used * c.Outputs * c.Tokens];
        for (var token = 0; token < c.Tokens; token++)
        {
            int[] experts = [.. Enumerable.Range(0, c.Experts)];
            random.Shuffle(experts);
            for (var place = 0; place < c.Used; place++)
            {
                routing[(token * 2 * c.Used) + place] = experts[place];
                for (var column = 0; column < c.Outputs; column++)
                {
                    var row = (experts[place] * c.Outputs) + column;
                    var sum = c.WithBias ? (double)bias[row] : 0;
                    for (var k = 0; k < c.Inputs; k++)
                    {
                        sum += (double)weights[(row * c.Inputs) + k] * x[(token * inputWidth) + (c.IsShared ? 0 : place * c.Inputs) + k];
                    }

                    expected[(((token * c.Used) + place) * c.Outputs) + column] = sum;
                }
            }
        }

        var gates = Numbers.Normal(expected.Length, 6, deviation: 3);
        if (c.Gating is { } kind)
        {
            expected = [.. expected.Zip(gates, (up, gate) => GatedUnits.Activate(kind, gate, up))];
        }

        using var test = new OpTest(new GraphShape(c.Tokens, 1), c.Threads);
        var gateValue = Values.Tokens(3, c.Used * c.Outputs, c.Outputs);
        test.SetInput(gateValue, gates);
        GraphValue input = Values.Tokens(0, inputWidth, c.Inputs), picked = Values.Tokens(1, 2 * c.Used);
        test.SetInput(input, x);
        test.SetInput(picked, routing, rowWise: true);
        var biases = c.WithBias ? Values.Matrix(GgmlType.F32, c.Outputs, c.Experts, bias) : null;
        var node = new ExpertMatMulNode("experts", 0, matrix, input, picked, biases, Values.Tokens(2, c.Used * c.Outputs, c.Outputs), c.Gating is { } gated ? new Gating(gated, gateValue) : null);
        Numbers.AssertClose(limit, test.Run(route, node, Values.Batch(c.Tokens)), expected, $"{route.Id}, {type}, {c}");
    }

    private static Weight WithExperts(Weight matrix, int outputs, int experts) =>
        new("experts", matrix.Type, matrix.InputWidth, outputs, matrix.Data, matrix.RowBytes, experts);

    private sealed record Case(int Inputs, int Outputs, int Experts, int Used, int Tokens, bool IsShared, bool WithBias, int Threads, GluKind? Gating = null);
}
