using Lathe.Benchmarking;
using Lathe.Cli.Benchmarks.Plotting;
using Lathe.Cli.Benchmarks.Records;
using Lathe.Cli.Output;
using Lathe.Formats.Tokenization;

namespace Lathe.Cli.Benchmarks;

/// <summary>One walk along a long prompt.</summary>
internal static class Frontier
{
    public static void Run(BenchRequest request, CancellationToken cancellation)
    {
        var frontiers = request.Frontiers!;
        var (path, configuration) = request.Single("--frontier");
        using var model = new BenchModel(path, request);
        var tokenizer = model.File.Metadata.Contains("tokenizer.ggml.tokens") ? Tokenizer.FromGguf(model.File.Metadata) : null;
        var prompt = Prompt(request.PromptFile, tokenizer, model, frontiers[^1]);
        using var engine = new BenchEngine(model, configuration, request.Policy, request.ContextTokens);
        using var session = engine.Runtime.CreateSession();
        var walk = new FrontierWalk(engine.Runtime, tokenizer?.EndOfGenerationIds);
        var points = new List<FrontierPoint>();
        try
        {
            Terminal.WithProgress("walking", frontiers[^1], report =>
            {
                foreach (var point in walk.Walk(session, prompt, frontiers, request.FrontierGeneration, cancellation))
                {
                    points.Add(point);
                    report(point.ContextTokens);
                }
            });
        }
        finally
        {
            if (points.Count > 0)
            {
                Report(points, model.Description.Type).Write(request.Format, request.ErrorFormat, request.Plot);
            }
        }
    }

    private static int[] Prompt(string? file, Tokenizer? tokenizer, BenchModel model, int length)
    {
        if (file is null)
        {
            var random = new Random(1);
            return [.. Enumerable.Range(0, length).Select(_ => random.Next(model.Model.HyperParameters.VocabularySize))];
        }

        var tokens = (tokenizer ?? throw new CommandException($"{model.File.Path} has no vocabulary to read {file} with: leave out -f for random tokens"))
            .Encode(File.ReadAllText(file), addSpecial: true);
        return tokens.Length >= length ? tokens : throw new CommandException($"{file} has {tokens.Length} tokens, but the last frontier is at {length}");
    }

    private static BenchReport Report(IReadOnlyList<FrontierPoint> points, string modelType)
    {
        var table = new MarkdownTable(("ctx_tokens", true), ("prefill_tokens", true), ("prefill_tps", true), ("gen_tokens", true), ("gen_tps", true), ("kvcache_bytes", true));
        foreach (var point in points)
        {
            table.Add($"{point.ContextTokens}", $"{point.PrefillTokens}", $"{point.PrefillRate:F2}", $"{point.GeneratedTokens}", $"{point.GenerationRate:F2}", $"{point.KvCacheBytes}");
        }

        return new BenchReport("frontier", [.. points.Select(Record)], table.ToString(), new SvgChart(Panels(points, modelType)));
    }

    private static IReadOnlyList<BenchField> Record(FrontierPoint point) =>
    [
        ("ctx_tokens", point.ContextTokens),
        ("prefill_tokens", point.PrefillTokens),
        ("prefill_tps", point.PrefillRate),
        ("gen_tokens", point.GeneratedTokens),
        ("gen_tps", point.GenerationRate),
        ("kvcache_bytes", point.KvCacheBytes),
    ];

    private static List<ChartPanel> Panels(IReadOnlyList<FrontierPoint> points, string modelType)
    {
        var panels = new List<ChartPanel> { Panel("prefill", point => point.PrefillRate) };
        if (points[0].GeneratedTokens > 0)
        {
            panels.Add(Panel("generation", point => point.GenerationRate));
        }

        return panels;

        ChartPanel Panel(string title, Func<FrontierPoint, double> rate) => new(
            title, "tokens in the context", "tokens/s", [new ChartLine(modelType, [.. points.Select(point => new ChartPoint(point.ContextTokens, rate(point)))])]);
    }
}
