using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.Ops;

/// <summary>The reference product; the fast ones have tests of their own.</summary>
public sealed unsafe class MatMulTests
{
    private const string Route = "cpu.matmul.reference";

    [Theory]
    [InlineData(GgmlType.F32, 1, 1)]
    [InlineData(GgmlType.F32, 33, 7)]
    [InlineData(GgmlType.F16, 67, 50)]
    [InlineData(GgmlType.BF16, 18, 100)]
    [InlineData(GgmlType.Q8_0, 96, 33)]
    [InlineData(GgmlType.Q4_0, 2880, 5)]
    public void Rows_times_columns_plus_bias_plus_residual(GgmlType type, int inputs, int outputs)
    {
        var matrix = Values.Matrix(type, inputs, outputs, Numbers.Normal(inputs * outputs, 1));
        var weights = new float[inputs * outputs];
        fixed (float* target = weights)
        {
            BlockFormat.Get(type).Dequantize(matrix.Data, target, weights.Length);
        }

        var bias = Numbers.Normal(outputs, 2);
        foreach (var (tokens, withBias, withResidual) in new[] { (1, false, false), (1, true, true), (5, false, true), (13, true, false) })
        {
            var x = Numbers.Normal(inputs * tokens, 3);
            var residual = Numbers.Normal(outputs * tokens, 4);
            var expected = new double[outputs * tokens];
            for (var i = 0; i < expected.Length; i++)
            {
                var (token, column) = Math.DivRem(i, outputs);
                expected[i] = (withBias ? bias[column] : 0) + (withResidual ? residual[i] : 0);
                for (var k = 0; k < inputs; k++)
                {
                    expected[i] += (double)weights[(column * inputs) + k] * x[(token * inputs) + k];
                }
            }

            foreach (var threads in OpTest.ThreadCounts)
            {
                using var test = new OpTest(new GraphShape(tokens, 1), threads);
                GraphValue input = Values.Tokens(0, inputs), rest = Values.Tokens(1, outputs);
                test.SetInput(input, x, rowWise: true);
                test.SetInput(rest, residual);
                var node = new MatMulNode(
                    "product", 0, matrix, input, withBias ? Values.Vector(bias) : null, withResidual ? rest : null, Values.Tokens(2, outputs));
                Numbers.AssertClose(1e-14, test.Run(OpRoutes.Get(Route), node, Values.Batch(tokens)), expected, $"{tokens} tokens, {threads} threads");
            }
        }
    }
}
