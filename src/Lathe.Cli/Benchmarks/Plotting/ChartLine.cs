namespace Lathe.Cli.Benchmarks.Plotting;

/// <summary>Points that belong together.</summary>
/// <param name="Label">What the legend says.</param>
/// <param name="Points">From left to right, at least one.</param>
internal sealed record ChartLine(string Label, IReadOnlyList<ChartPoint> Points);
