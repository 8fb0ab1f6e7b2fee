using Lathe.Benchmarking;

namespace Lathe.Cli.Benchmarks.Plotting;

/// <summary>A measured value.</summary>
/// <param name="X">Where.</param>
/// <param name="Y">The value.</param>
/// <param name="Deviation">How far up and down the whisker reaches.</param>
internal readonly record struct ChartPoint(double X, double Y, double Deviation = 0)
{
    public static ChartPoint Of(int depth, SampleSummary rate) => new(depth, rate.Mean, rate.Deviation);
}
