namespace Lathe.Cli.Benchmarks.Plotting;

/// <summary>Where an axis from 0 on is marked: at round numbers, about as many as asked for.</summary>
internal static class AxisTicks
{
    /// <summary>The marks; the last one is the end of the axis and not below <paramref name="most"/>.</summary>
    /// <param name="most">The largest value on the axis.</param>
    /// <param name="count">How many steps are about right.</param>
    /// <param name="steps">The round numbers between 1 and their base.</param>
    /// <param name="power">The base that they repeat by: 10, or 2 for counts of tokens.</param>
    public static IReadOnlyList<double> Of(double most, int count, ReadOnlySpan<double> steps, double power)
    {
        if (most <= 0)
        {
            return [0, 1];
        }

        var scale = Math.Pow(power, Math.Floor(Math.Log(most / count, power)));
        var step = scale * power;
        foreach (var round in steps)
        {
            if (scale * round * count >= most)
            {
                step = scale * round;
                break;
            }
        }

        return [.. Enumerable.Range(0, (int)Math.Ceiling(most / step * (1 - 1e-12)) + 1).Select(i => i * step)];
    }
}
