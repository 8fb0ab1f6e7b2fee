using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.Ops;

/// <summary>Products that gate their results.</summary>
public sealed class GatedMatMulTests
{
    // 515 tokens are more than wait together; 17 rows are a panel and one row of the next.
    private static readonly (int Inputs, int Outputs, int Tokens)[] s_shapes = [(32, 17, 9), (544, 50, 13), (1536, 33, 25), (256, 64, 515)];

    [Theory]
    [InlineData("cpu.matmul.reference", GgmlType.Q8_0, 1e-13)]
    [InlineData("cpu.matmul.q8_0.gemm.vnni512", GgmlType.Q8_0, 2e-4)]
    [InlineData("cpu.matmul.q4_1.gemm.vnni512", GgmlType.Q4_1, 2e-4)]
    [InlineData("cpu.matmul.mxfp4.gemm.vnni512", GgmlType.MXFP4, 2e-4)]
    [InlineData("cpu.matmul.q8_0.gemm.vnni256", GgmlType.Q8_0, 2e-4)]
    [InlineData("cpu.matmul.f32.gemm.avx512", GgmlType.F32, 1e-11)]
    public void Results_are_gated(string id, GgmlType type, double limit)
    {
        var route = OpRoutes.Get(id);
        Assert.SkipWhen(route.WhyNot(Node(GluKind.SwiGlu, Values.Matrix(type, 32, 1, new float[32]), null)) is { } reason, $"{id} is not for this processor.");
        foreach (var (inputs, outputs, tokens) in s_shapes)
        {
            foreach (var kind in Enum.GetValues<GluKind>())
            {
                // Results of about one in magnitude.
                var matrix = Values.Matrix(type, inputs, outputs, Numbers.Normal(inputs * outputs, 1, 1 / Math.Sqrt(inputs)));
                float[] bias = Numbers.Normal(outputs, 2), x = Numbers.Normal(inputs * tokens, 3), gates = Numbers.Normal(outputs * tokens, 4, deviation: 3);
                foreach (var withBias in new[] { false, true })
                {
                    double[] expected = [.. PlainProduct.Of(matrix, x, withBias ? bias : null).Zip(gates, (up, gate) => GatedUnits.Activate(kind, gate, up))];
                    var actual = Run(route, Node(kind, matrix, withBias ? bias : null), x, gates, tokens);
                    Numbers.AssertClose(limit, actual, expected, $"{kind}, {inputs} by {outputs}, {tokens} tokens, bias {withBias}");
                }
            }
        }
    }

    [Theory]
    [InlineData(GgmlType.Q8_0)]
    [InlineData(GgmlType.Q4_1)]
    [InlineData(GgmlType.MXFP4)]
    public void A_gated_product_is_the_product_and_the_gated_unit_bit_for_bit(GgmlType type)
    {
        var route = OpRoutes.Get($"cpu.matmul.{BlockFormat.Get(type).Name.ToLowerInvariant()}.gemm.vnni512");
        const int Inputs = 768, Outputs = 100, Tokens = 41;
        var matrix = Values.Matrix(type, Inputs, Outputs, Numbers.Normal(Inputs * Outputs, 1));
        var plain = new MatMulNode("up", 0, matrix, Values.Tokens(0, Inputs), null, null, Values.Tokens(2, Outputs));
        Assert.SkipWhen(route.WhyNot(plain) is not null, "The processor has no 512-bit vpdpbusd.");
        float[] x = Numbers.Normal(Inputs * Tokens, 3), gates = Numbers.Normal(Outputs * Tokens, 4, deviation: 3);
        foreach (var kind in Enum.GetValues<GluKind>())
        {
            var up = Run(route, plain, x, gates, Tokens);
            using var unit = new OpTest(new GraphShape(Tokens, 1), threads: 2);
            unit.SetInput(Values.Tokens(0, Outputs), gates);
            unit.SetInput(Values.Tokens(1, Outputs), up);
            var glu = new GluNode("glu", 0, Values.Tokens(0, Outputs), Values.Tokens(1, Outputs), kind, Values.Tokens(2, Outputs));
            Assert.Equal(unit.Run(OpRoutes.Get("cpu.glu.simd"), glu, Values.Batch(Tokens)), Run(route, Node(kind, matrix, null), x, gates, Tokens));
        }
    }

    private static MatMulNode Node(GluKind kind, Weight matrix, float[]? bias) =>
        new("up", 0, matrix, Values.Tokens(0, matrix.InputWidth), bias is null ? null : Values.Vector(bias), null, Values.Tokens(2, matrix.OutputWidth), new Gating(kind, Values.Tokens(1, matrix.OutputWidth)));

    private static float[] Run(CpuRoute route, MatMulNode node, float[] x, float[] gates, int tokens)
    {
        using var test = new OpTest(new GraphShape(tokens, 1), threads: 2);
        test.SetInput(Values.Tokens(0, node.Matrix.InputWidth), x, rowWise: true);
        test.SetInput(Values.Tokens(1, node.Matrix.OutputWidth), gates);
        return test.Run(route, node, Values.Batch(tokens));
    }
}
