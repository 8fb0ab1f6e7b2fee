namespace Lathe.Cpu.Tests.Families;

/// <summary>The parts of a transformer in f64, one token at a time, written from their formulas.</summary>
internal static class PlainMath
{
    public static double[] Row(float[] matrix, int width, int row) => [.. matrix.Skip(row * width).Take(width).Select(value => (double)value)];

    /// <summary>W x; the matrix has a row of <c>x.Length</c> values per output.</summary>
    public static double[] Product(ReadOnlySpan<float> matrix, double[] x)
    {
        var result = new double[matrix.Length / x.Length];
        for (var i = 0; i < matrix.Length; i++)
        {
            result[i / x.Length] += matrix[i] * x[i % x.Length];
        }

        return result;
    }

    public static double[] Add(double[] left, double[] right) => [.. left.Zip(right, (a, b) => a + b)];

    public static double[] Norm(double[] x, float[] weight, double epsilon)
    {
        var root = Math.Sqrt((x.Sum(value => value * value) / x.Length) + epsilon);
        return [.. x.Zip(weight, (value, w) => value / root * w)];
    }

    public static double Silu(double x) => x / (1 + Math.Exp(-x));

    public static double Gelu(double x) => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>Rotates pair i of every head by <c>angle(i)</c>.</summary>
    public static double[] Rotate(double[] x, int headDim, int rotary, bool halves, double magnitude, Func<int, double> angle)
    {
        var result = (double[])x.Clone();
        for (var head = 0; head < x.Length; head += headDim)
        {
            for (var i = 0; i < rotary / 2; i++)
            {
                var (a, b) = halves ? (head + i, head + i + (rotary / 2)) : (head + (2 * i), head + (2 * i) + 1);
                var (sin, cos) = Math.SinCos(angle(i));
                result[a] = magnitude * ((x[a] * cos) - (x[b] * sin));
                result[b] = magnitude * ((x[a] * sin) + (x[b] * cos));
            }
        }

        return result;
    }

    /// <summary>Attention of the last token over the keys and values of all.</summary>
    public static double[] Attend(double[] query, List<double[]> keys, List<double[]> values, int heads, int kvHeads, double scale, int window = int.MaxValue, double cap = 0)
    {
        var dim = query.Length / heads;
        var result = new double[query.Length];
        for (var head = 0; head < heads; head++)
        {
            var start = head * kvHeads / heads * dim;
            var weights = new double[keys.Count];
            for (var token = 0; token < keys.Count; token++)
            {
                var score = scale * Enumerable.Range(0, dim).Sum(i => query[(head * dim) + i] * keys[token][start + i]);
                score = cap > 0 ? cap * Math.Tanh(score / cap) : score;
                weights[token] = keys.Count - 1 - token >= window ? 0 : Math.Exp(score);
            }

            for (var i = 0; i < dim; i++)
            {
                result[(head * dim) + i] = weights.Zip(values, (weight, value) => weight * value[start + i]).Sum() / weights.Sum();
            }
        }

        return result;
    }
}
