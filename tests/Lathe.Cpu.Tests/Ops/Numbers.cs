namespace Lathe.Cpu.Tests.Ops;

/// <summary>Reproducible inputs and the measure of error.</summary>
internal static class Numbers
{
    /// <summary>Normally distributed values.</summary>
    public static float[] Normal(int count, int seed, double deviation = 1)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    /// <summary>Normalised mean square error: squared error over squared expectation.</summary>
    public static double Nmse(ReadOnlySpan<float> actual, ReadOnlySpan<double> expected)
    {
        Assert.Equal(expected.Length, actual.Length);
        double error = 0, energy = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            energy += expected[i] * expected[i];
        }

        return energy == 0 ? error : error / energy;
    }

    public static void AssertClose(double limit, ReadOnlySpan<float> actual, ReadOnlySpan<double> expected, string what)
    {
        var nmse = Nmse(actual, expected);
        Assert.True(nmse <= limit, $"{what}: NMSE {nmse:e2} is above {limit:e0}");
    }
}
