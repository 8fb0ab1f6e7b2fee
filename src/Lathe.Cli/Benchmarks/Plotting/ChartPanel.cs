namespace Lathe.Cli.Benchmarks.Plotting;

/// <summary>Lines on one pair of axes, both from 0 on.</summary>
internal sealed record ChartPanel(string Title, string XLabel, string YLabel, IReadOnlyList<ChartLine> Lines);
