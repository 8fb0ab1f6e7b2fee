using System.Globalization;
using Lathe.Cli.Output;
using Lathe.Engine.Drift;
using Spectre.Console;

namespace Lathe.Cli.Drift;

/// <summary>Drift as people read it.</summary>
internal static class DriftTables
{
    private static readonly string[] s_measures = ["rms", "relative", "max abs", "top-20 abs", "mean KL", "same top", "top-5", "top-20", "rank", "greedy", "non-finite"];

    /// <summary>Three digits; 0 for nothing at all.</summary>
    public static string Short(double value) => value == 0 ? "0" : value.ToString("0.00e+0", CultureInfo.InvariantCulture);

    /// <summary>A line for each fixture and one for the worst of all.</summary>
    public static void Print(DriftReport report)
    {
        Terminal.Out.WriteLine($"{report.Candidate.Name} (KV {NameOf(report.Candidate)}) against {report.Reference.Name} (KV {NameOf(report.Reference)})");
        var table = WithMeasures("fixture").AddColumn(new TableColumn("dispatches").RightAligned()).AddColumn("verdict");
        foreach (var fixture in report.Fixtures)
        {
            var dispatches = report.RoutesUnderTest.Sum(id => fixture.Candidate.Dispatches[id]);
            table.AddRow([new Text(fixture.Fixture.Name), .. Cells(fixture.Measures), new Text($"{dispatches}"), new Text(NameOf(fixture.Verdict))]);
        }

        table.AddRow([new Text("worst"), .. Cells(report.Worst), new Text($"{report.Dispatches}"), new Text(NameOf(report.Verdict))]);
        Terminal.Out.Write(table);
        PrintReasons(report.Verdict);
    }

    public static void PrintReasons(DriftVerdict verdict)
    {
        foreach (var reason in verdict.Reasons)
        {
            Terminal.Out.WriteLine($"  {NameOf(verdict)}: {reason}");
        }
    }

    /// <summary>The lines of a bisection.</summary>
    public static void Print(string title, IEnumerable<BisectionStep> steps)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(title);
        foreach (var name in new[] { "rms", "max abs", "top-20 abs", "mean KL", "dispatches" })
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        table.AddColumn("");
        foreach (var step in steps)
        {
            table.AddRow(
                new Text(step.Setting), new Text(Short(step.Measures.Rms)), new Text(Short(step.Measures.MaxAbs)), new Text(Short(step.Measures.Top20MaxAbs)),
                new Text(Short(step.Measures.MeanDivergence)), new Text($"{step.Dispatches}"), new Text(step.Refusals.Count == 0 ? "" : "refused: " + step.Refusals[0]));
        }

        Terminal.Out.Write(table);
    }

    /// <summary>A line for each setting, with the worst over its fixtures.</summary>
    public static void Print(IEnumerable<DriftReport> reports)
    {
        var table = WithMeasures("setting").AddColumn(new TableColumn("dispatches").RightAligned()).AddColumn("verdict");
        foreach (var report in reports)
        {
            table.AddRow([new Text(report.Candidate.Name), .. Cells(report.Worst), new Text($"{report.Dispatches}"), new Text(NameOf(report.Verdict))]);
        }

        Terminal.Out.Write(table);
    }

    /// <summary>A line for each way to compute the same.</summary>
    public static void Print(IEnumerable<InvarianceResult> results)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("way");
        foreach (var name in new[] { "rms", "max abs", "mean KL", "same top" })
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        table.AddColumn("bits");
        foreach (var (way, measures) in results)
        {
            table.AddRow(
                new Text(way), new Text(Short(measures.Rms)), new Text(Short(measures.MaxAbs)), new Text(Short(measures.MeanDivergence)),
                new Text($"{measures.SameTop}/{measures.Rows}"), new Text(measures.IsBitEqual ? "equal" : "differ"));
        }

        Terminal.Out.Write(table);
    }

    public static string NameOf(DriftVerdict verdict) => verdict.Kind.ToString().ToLowerInvariant();

    private static string NameOf(DriftSetting setting) => setting.KvElementType.ToString().ToLowerInvariant() + (setting.BatchInvariant ? ", batch-invariant" : "");

    private static Table WithMeasures(string first)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(first);
        foreach (var name in s_measures)
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        return table;
    }

    private static IEnumerable<Text> Cells(DriftMeasures measures) =>
        new[]
        {
            Short(measures.Rms), Short(measures.RelativeRms), Short(measures.MaxAbs), Short(measures.Top20MaxAbs), Short(measures.MeanDivergence),
            $"{measures.SameTop}/{measures.Rows}", $"{measures.Top5Overlap}/5", $"{measures.Top20Overlap}/20", $"{measures.MaxRankDelta}",
            $"{measures.GreedyEqual}/{measures.GreedyTokens}", $"{measures.NonFinite}",
        }.Select(cell => new Text(cell));
}
