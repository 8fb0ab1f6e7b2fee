using Lathe.Engine.Models;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.Ops;

/// <summary>Matrix products by their definition, in f64.</summary>
internal static unsafe class PlainProduct
{
    /// <summary>The product of expanded weights and rows of <paramref name="x"/>, with a bias that may be null: <c>[tokens, outputs]</c>.</summary>
    public static double[] Of(Weight matrix, float[] x, float[]? bias)
    {
        var (inputs, outputs) = (matrix.InputWidth, matrix.OutputWidth);
        var weights = new float[inputs * outputs];
        fixed (float* target = weights)
        {
            BlockFormat.Get(matrix.Type).Dequantize(matrix.Data, target, weights.Length);
        }

        var result = new double[x.Length / inputs * outputs];
        for (var i = 0; i < result.Length; i++)
        {
            var (token, column) = Math.DivRem(i, outputs);
            result[i] = bias is null ? 0 : bias[column];
            for (var k = 0; k < inputs; k++)
            {
                result[i] += (double)weights[(column * inputs) + k] * x[(token * inputs) + k];
            }
        }

        return result;
    }
}
