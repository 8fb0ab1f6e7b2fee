using Lathe.Benchmarking;
using Lathe.Cli.Benchmarks.Plotting;
using Lathe.Cli.Benchmarks.Records;
using Lathe.Cli.Output;

namespace Lathe.Cli.Benchmarks;

/// <summary>Every test with and without some routes.</summary>
internal static class Ablation
{
    public static void Run(BenchRequest request, CancellationToken cancellation)
    {
        var what = request.Ablate!;
        var (path, configuration) = request.Single("--ablate");
        using var model = new BenchModel(path, request);
        using var engine = new BenchEngine(model, configuration, request.Policy, request.ContextTokens);
        using var ablation = new RouteAblation(model.Model, engine.Backend, engine.RuntimeOptions, what, configuration.Batch);
        IReadOnlyList<AblationResult> results = [];
        Terminal.WithProgress("timing with and without", request.Tests.Count * request.Repetitions, report =>
            results = ablation.Run(request.Tests, request.Repetitions, request.WarmUp, done => report(done), cancellation));
        Report(what, model.Description.Type, configuration, results).Write(request.Format, request.ErrorFormat, request.Plot);
    }

    private static BenchReport Report(string what, string modelType, BenchConfiguration configuration, IReadOnlyList<AblationResult> results)
    {
        var (without, with) = what == AblatedRoutes.Specialization ? ("generic", "specialised") : ("off", "on");
        var table = new MarkdownTable(("test", false), ($"{without} t/s", true), ($"{with} t/s", true), ("speed-up", true));
        foreach (var result in results)
        {
            var (off, on, speedUp) = result is { Without: { } a, With: { } b, SpeedUp: { } ratio }
                ? (ThroughputTable.Rate(a.Rate), ThroughputTable.Rate(b.Rate), SpeedUpText.Of(ratio))
                : ("", "", "does not run the routes");
            table.Add(result.Test.Name, off, on, speedUp);
        }

        var ran = results.SelectMany(result => result.Dispatched).GroupBy(pair => pair.Key, pair => pair.Value).Select(route => $"{route.Key} × {route.Sum()}");
        return new BenchReport(
            "ablation",
            [.. results.Select(result => Record(what, modelType, configuration, result))],
            $"{table}\n{modelType}, {configuration.Threads} threads; ran: {string.Join(", ", ran)}\n",
            new SvgChart(Panels(without, with, results)));
    }

    private static IReadOnlyList<BenchField> Record(string what, string modelType, BenchConfiguration configuration, AblationResult result) =>
    [
        ("build_commit", BuildVersion.Commit),
        ("model_type", modelType),
        ("n_threads", configuration.Threads),
        ("type_k", configuration.KvName),
        ("ablate", what),
        ("n_prompt", result.Test.PromptTokens),
        ("n_gen", result.Test.GeneratedTokens),
        ("n_depth", result.Test.Depth),
        ("avg_ts_off", result.Without?.Rate.Mean),
        ("stddev_ts_off", result.Without?.Rate.Deviation),
        ("avg_ts_on", result.With?.Rate.Mean),
        ("stddev_ts_on", result.With?.Rate.Deviation),
        ("speedup", result.SpeedUp?.Ratio),
        ("speedup_low", result.SpeedUp?.Low),
        ("speedup_high", result.SpeedUp?.High),
        ("routes", string.Join(';', result.Dispatched.Keys)),
        ("dispatches", result.Dispatched.Values.Sum()),
        ("samples_ts_off", result.Without?.TokensPerSecond ?? []),
        ("samples_ts_on", result.With?.TokensPerSecond ?? []),
    ];

    private static IReadOnlyList<ChartPanel> Panels(string without, string with, IReadOnlyList<AblationResult> results) =>
    [
        .. results.Where(result => result.With is not null).GroupBy(result => result.Test.Kind).Select(kind => new ChartPanel(
            kind.Key, "tokens in the context", "tokens/s",
            [
                .. kind.GroupBy(result => (result.Test with { Depth = 0 }).Name).SelectMany(test => new[]
                {
                    new ChartLine($"{test.Key} {without}", [.. test.Select(result => ChartPoint.Of(result.Test.Depth, result.Without!.Rate)).OrderBy(point => point.X)]),
                    new ChartLine($"{test.Key} {with}", [.. test.Select(result => ChartPoint.Of(result.Test.Depth, result.With!.Rate)).OrderBy(point => point.X)]),
                }),
            ])),
    ];
}
