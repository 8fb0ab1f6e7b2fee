using Lathe.Benchmarking;
using Lathe.Cli.Benchmarks.Records;

namespace Lathe.Cli.Benchmarks.Comparison;

/// <summary>Two files of results, test by test. Models are the same if they have as many parameters in as many bytes: names and folders differ
/// between machines and engines.</summary>
internal sealed class ResultComparison
{
    private readonly List<(Key Key, ResultRow Row, SampleSummary Baseline, SampleSummary Compared, SpeedUp SpeedUp)> _pairs = [];
    private readonly List<string> _notes = [];
    private readonly ResultFile _baseline;
    private readonly ResultFile _compared;

    private ResultComparison(ResultFile baseline, ResultFile compared) => (_baseline, _compared) = (baseline, compared);

    /// <exception cref="CommandException">The files have no test in common.</exception>
    public static ResultComparison Of(ResultFile baseline, ResultFile compared)
    {
        var comparison = new ResultComparison(baseline, compared);

        // Where one file holds several measurements of a test, the setting that tells them apart is part of the test.
        var varying = ResultFile.SettingNames.Where(name => Values(baseline, name).Count > 1 || Values(compared, name).Count > 1).ToList();
        var byName = new[] { baseline, compared }.Any(file =>
            file.Rows.GroupBy(row => (row.ModelBytes, row.Parameters)).Any(model => model.Select(row => row.FileName).Distinct().Count() > 1));
        var (left, right) = (Group(baseline), Group(compared));
        foreach (var (key, rows) in left.Where(group => right.ContainsKey(group.Key)))
        {
            // Repeated runs of a test are one series: their spread is what differs from run to run.
            double[] a = [.. rows.SelectMany(row => row.TokensPerSecond)], b = [.. right[key].SelectMany(row => row.TokensPerSecond)];
            comparison._pairs.Add((key, rows[0], SampleSummary.Of(a), SampleSummary.Of(b), SpeedUp.Of(a, b)));
        }

        if (comparison._pairs.Count == 0)
        {
            throw new CommandException(
                $"{baseline.Name} and {compared.Name} have no test in common: the same model (equal model_size and model_n_params), n_prompt, n_gen and n_depth" +
                (varying.Count > 0 ? $", and {string.Join(", ", varying)}" : ""));
        }

        comparison._notes.AddRange(ResultFile.SettingNames.Except(varying).Where(name => !Values(baseline, name).SetEquals(Values(compared, name)))
            .Select(name => $"{name}: {Value(baseline, name)} against {Value(compared, name)}"));
        Note(baseline, left.Keys.Count(key => !right.ContainsKey(key)));
        Note(compared, right.Keys.Count(key => !left.ContainsKey(key)));
        return comparison;

        Dictionary<Key, List<ResultRow>> Group(ResultFile file) => file.Rows.GroupBy(row => new Key(
            row.ModelBytes, row.Parameters, byName ? row.FileName : "", row.Test,
            string.Join(", ", varying.Select(name => $"{name} {row.Settings.GetValueOrDefault(name, "?")}")))).ToDictionary(group => group.Key, group => group.ToList());

        void Note(ResultFile file, int alone)
        {
            if (alone > 0)
            {
                comparison._notes.Add($"{alone} test{(alone == 1 ? "" : "s")} of {file.Name} without a counterpart");
            }
        }
    }

    public BenchReport ToReport()
    {
        var hasSettings = _pairs.Any(pair => pair.Key.Settings.Length > 0);
        List<(string, bool)> columns = [("model", false), ("test", false), ($"{_baseline.Name} t/s", true), ($"{_compared.Name} t/s", true), ("speed-up", true), ("95 %", true), ("verdict", false)];
        if (hasSettings)
        {
            columns.Insert(1, ("run with", false));
        }

        var table = new MarkdownTable(columns);
        foreach (var (key, row, baseline, compared, speedUp) in _pairs)
        {
            List<string> cells =
            [
                key.FileName.Length > 0 ? $"{row.ModelType} ({key.FileName})" : row.ModelType, key.Test.Name, ThroughputTable.Rate(baseline), ThroughputTable.Rate(compared),
                $"{speedUp.Ratio:F3}", double.IsFinite(speedUp.High) ? $"{speedUp.Low:F3} to {speedUp.High:F3}" : "", SpeedUpText.Verdict(speedUp),
            ];
            if (hasSettings)
            {
                cells.Insert(1, key.Settings);
            }

            table.Add([.. cells]);
        }

        return new BenchReport("comparison", [.. _pairs.Select(pair => Record(pair.Key, pair.Row, pair.Baseline, pair.Compared, pair.SpeedUp))],
            $"{table}{(_notes.Count > 0 ? $"\n{string.Join("\n", _notes)}\n" : "")}");
    }

    private static IReadOnlyList<BenchField> Record(Key key, ResultRow row, SampleSummary baseline, SampleSummary compared, SpeedUp speedUp) =>
    [
        ("model_type", row.ModelType),
        ("model_filename", row.FileName),
        ("settings", key.Settings),
        ("n_prompt", key.Test.PromptTokens),
        ("n_gen", key.Test.GeneratedTokens),
        ("n_depth", key.Test.Depth),
        ("avg_ts_baseline", baseline.Mean),
        ("stddev_ts_baseline", baseline.Deviation),
        ("avg_ts_compared", compared.Mean),
        ("stddev_ts_compared", compared.Deviation),
        ("speedup", speedUp.Ratio),
        ("speedup_low", speedUp.Low),
        ("speedup_high", speedUp.High),
        ("verdict", SpeedUpText.Verdict(speedUp)),
    ];

    private static HashSet<string> Values(ResultFile file, string name) => [.. file.Rows.Where(row => row.Settings.ContainsKey(name)).Select(row => row.Settings[name])];

    private static string Value(ResultFile file, string name) => Values(file, name).FirstOrDefault() is { Length: > 0 } value ? value : "none";

    private sealed record Key(long ModelBytes, long Parameters, string FileName, BenchmarkTest Test, string Settings);
}
