using Lathe.Cli.Benchmarks.Plotting;
using Lathe.Cli.Benchmarks.Records;
using Lathe.Cli.Output;

namespace Lathe.Cli.Benchmarks;

/// <summary>The plain measurement as llama-bench's table, and as lines over the depth.</summary>
internal static class ThroughputTable
{
    public static string Markdown(BenchRequest request, IReadOnlyList<ThroughputEntry> entries)
    {
        var settings = Settings(request).ToList();
        var table = new MarkdownTable(
        [
            ("model", false), ("size", true), ("params", true), ("backend", false), .. settings.Select(setting => (setting.Title, setting.IsNumber)), ("test", true), ("t/s", true),
        ]);
        foreach (var entry in entries)
        {
            table.Add(
            [
                entry.Model.Type, Quantity.Bytes(entry.Model.Bytes), Quantity.Parameters(entry.Model.Parameters), entry.Backend,
                .. settings.Select(setting => setting.Of(entry.Configuration)), entry.Result.Test.Name, Rate(entry.Result.Rate),
            ]);
        }

        return $"{table}\nbuild: {BuildVersion.Commit} (0)\n";
    }

    /// <summary>Prompts and single tokens differ by orders of magnitude: each kind has a panel of its own.</summary>
    public static IReadOnlyList<ChartPanel> Panels(BenchRequest request, IReadOnlyList<ThroughputEntry> entries)
    {
        var many = Settings(request).Where(setting => entries.Select(entry => setting.Of(entry.Configuration)).Distinct().Count() > 1).ToList();
        return
        [
            .. entries.GroupBy(entry => entry.Result.Test.Kind).Select(kind => new ChartPanel(
                kind.Key, "tokens in the context", "tokens/s",
                [.. kind.GroupBy(Label).Select(line => new ChartLine(line.Key, [.. line.Select(Point).OrderBy(point => point.X)]))])),
        ];

        string Label(ThroughputEntry entry) =>
            string.Join(", ", many.Select(setting => $"{setting.Title} {setting.Of(entry.Configuration)}").Prepend($"{(entry.Result.Test with { Depth = 0 }).Name} {entry.Model.Type}"));

        static ChartPoint Point(ThroughputEntry entry) => ChartPoint.Of(entry.Result.Test.Depth, entry.Result.Rate);
    }

    public static string Rate(Lathe.Benchmarking.SampleSummary rate) => FormattableString.Invariant($"{rate.Mean:F2} ± {rate.Deviation:F2}");

    /// <summary>Threads, and every other setting that is not the default or has several values.</summary>
    private static IEnumerable<(string Title, bool IsNumber, Func<BenchConfiguration, string> Of)> Settings(BenchRequest request)
    {
        yield return ("threads", true, configuration => $"{configuration.Threads}");
        if (request.Configurations.Any(configuration => configuration.Batch != 2048))
        {
            yield return ("n_batch", true, configuration => $"{configuration.Batch}");
        }

        if (request.Configurations.Any(configuration => configuration.Ubatch != 512))
        {
            yield return ("n_ubatch", true, configuration => $"{configuration.Ubatch}");
        }

        if (request.Configurations.Any(configuration => configuration.KvName != "f16"))
        {
            yield return ("type_k", false, configuration => configuration.KvName);
            yield return ("type_v", false, configuration => configuration.KvName);
        }
    }
}
