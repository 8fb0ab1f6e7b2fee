using System.CommandLine;
using System.Text.Json.Nodes;
using Lathe.Cli.Drift;
using Lathe.Cli.Options;
using Lathe.Cli.Output;
using Lathe.Engine.Drift;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe drift compare</c>: candidates against a reference, prompt by prompt.</summary>
internal static class DriftCompareVerb
{
    public static Command Create()
    {
        var model = ModelOption.Create(required: true);
        var reference = PolicyOption.CreateReference();
        var candidates = new Option<string[]>("--candidate")
        {
            Description = "What to measure: quality, default, or route rules with ; between them. May be repeated.",
            HelpName = "POLICY",
            DefaultValueFactory = _ => ["default"],
        };
        var test = new Option<string[]>("--test")
        {
            Description = "Pattern of the routes under test. May be repeated; every fast route that the reference does not choose, if it is not given.",
            HelpName = "PATTERN",
        };
        var kv = KvOption.Create();
        var thresholds = ThresholdsOption.Create();
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var chart = new Option<string?>("--svg") { Description = "Draw the drift by layer of the first candidate.", HelpName = "FILE" };
        var verb = new Command("compare", "Compare what routes compute, prompt by prompt, and judge it.") { model, reference, candidates, test, kv, thresholds, json, chart };
        var fixtureOptions = new FixtureOptions(verb);
        var compareRoute = new CompareRouteOption(verb);
        var engine = new EngineOptions(verb, withPolicy: false);
        verb.SetAction((result, cancellation) =>
        {
            var (invariant, kvType) = (engine.IsBatchInvariant(result), KvOption.Read(result, kv));
            var settings = result.GetValue(candidates)!.Select(policy => PolicyOption.Read(policy, kvType, invariant)).ToList();
            var referenceSetting = PolicyOption.Read(result.GetValue(reference)!, kvType, invariant);
            var limits = ThresholdsOption.Read(result, thresholds);
            var comparator = compareRoute.Create(result);
            using var loaded = engine.LoadWithoutTokenizer(result, result.GetValue(model)!);
            var fixtures = fixtureOptions.Of(result, loaded.Model);
            var family = loaded.Model.Family.Architecture;
            var judged = result.GetValue(thresholds) is null && !limits.Families.Contains(family) ? DriftThresholds.None : ThresholdsOption.For(limits, family);
            var reports = new List<DriftReport>();
            Terminal.WithProgress("comparing", fixtures.Count * (1 + settings.Count), report =>
            {
                var done = 0;
                var study = new DriftStudy(loaded.Model, loaded.Backend, referenceSetting, fixtures, tapLayers: true, _ => report(++done), cancellation);
                foreach (var setting in settings)
                {
                    reports.Add(study.Compare(setting, result.GetValue(test) ?? [], judged, comparator, _ => report(++done), cancellation));
                }
            });
            if (result.GetValue(chart) is { } path)
            {
                File.WriteAllText(path, LayerDriftChart.Draw(reports[0]));
            }

            var sound = reports.All(report => report.Verdict.Kind == VerdictKind.Pass);
            if (result.GetValue(json))
            {
                JsonText.Print(new JsonObject
                {
                    ["model"] = loaded.File.Path,
                    ["model_sha256"] = Convert.ToHexStringLower(loaded.File.ComputeSha256()),
                    ["device"] = loaded.Backend.Description,
                    ["reports"] = JsonText.Array(reports.Select(DriftJson.Of)),
                    ["nodes"] = JsonText.Array((comparator?.Nodes ?? []).Select(DriftJson.Of)),
                    ["breach"] = comparator?.Breach,
                });
                return Task.FromResult(sound && (comparator is null or { Nodes.Count: > 0, Breach: null }) ? ExitCode.Success : ExitCode.Failure);
            }

            reports.ForEach(DriftTables.Print);
            var kept = comparator is null || CompareRouteOption.Report(comparator);
            return Task.FromResult(sound && kept ? ExitCode.Success : ExitCode.Failure);
        });
        return verb;
    }
}
