using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Lathe.Cli.Drift;
using Lathe.Cli.Options;
using Lathe.Cli.Output;
using Lathe.Engine.Drift;
using Lathe.Engine.Inference;
using Spectre.Console;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe drift bisect</c>: which route drifts, in which layer, at which node.</summary>
internal static class DriftBisectVerb
{
    public static Command Create()
    {
        var model = ModelOption.Create(required: true);
        var reference = PolicyOption.CreateReference();
        var candidate = new Option<string>("--candidate")
        {
            Description = "Whose drift to explain: default, or route rules with ; between them.",
            HelpName = "POLICY",
            DefaultValueFactory = _ => "default",
        };
        var kv = KvOption.Create();
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var verb = new Command("bisect", "Find the route, the layer and the node that drift most.") { model, reference, candidate, kv, json };
        var fixtureOptions = new FixtureOptions(verb);
        var compareRoute = new CompareRouteOption(verb);
        var engine = new EngineOptions(verb, withPolicy: false);
        verb.SetAction((result, cancellation) =>
        {
            // Both sides store keys and values alike: what is looked for are routes.
            var kvType = KvOption.Read(result, kv) ?? KvElementType.F16;
            var setting = PolicyOption.Read(result.GetValue(candidate)!, kvType, batchInvariant: false);
            var referenceSetting = PolicyOption.Read(result.GetValue(reference)!, kvType, batchInvariant: false);
            var comparator = compareRoute.Create(result);
            using var loaded = engine.LoadWithoutTokenizer(result, result.GetValue(model)!);
            var fixtures = fixtureOptions.Of(result, loaded.Model, ["97"]);
            var found = fixtures.Count == 1 ? fixtures[0] : throw CommandException.Usage("bisect works on one fixture: give --fixture or --prompt-file once");
            var bisection = new DriftBisection(loaded.Model, loaded.Backend, found, kvType, progress: Follow);
            var report = bisection.Run(setting.Policy, referenceSetting.Policy, comparator, cancellation);
            if (result.GetValue(json))
            {
                JsonText.Print(Json(found, report));
            }
            else
            {
                Print(found, report);
            }

            var sound = report.Baseline.Refusals.Count == 0;
            return Task.FromResult(sound && (comparator is null || CompareRouteOption.Report(comparator)) ? ExitCode.Success : ExitCode.Failure);
        });
        return verb;
    }

    private static void Follow(string run)
    {
        if (Terminal.IsWatched)
        {
            Terminal.Error.WriteLine($"running {run}");
        }
    }

    private static void Print(DriftFixture fixture, BisectionReport report)
    {
        Terminal.Out.WriteLine($"fixture {fixture.Name}, {fixture.Tokens.Length} tokens, then {DriftFixture.DecodedTokens} one by one");
        DriftTables.Print("carved out", [report.Baseline, .. report.Without]);
        DriftTables.Print("alone", report.Only);
        if (report.RouteId is null)
        {
            Terminal.Out.WriteLine("nothing drifts, or nothing could be tested");
            return;
        }

        DriftTables.Print($"{report.RouteId} alone", report.Layers);
        CompareRouteOption.Print(report.Nodes);
        var place = report.Layer < 0 ? "outside the layers" : $"in layer {report.Layer}";
        Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"most drift: {report.RouteId}, {place}, which by itself makes {100 * report.LayerShare:f0} % of the route's rms"));
    }

    private static JsonObject Json(DriftFixture fixture, BisectionReport report) => new()
    {
        ["fixture"] = fixture.Name,
        ["tokens"] = fixture.Tokens.Length,
        ["baseline"] = DriftJson.Of(report.Baseline),
        ["without"] = JsonText.Array(report.Without.Select(DriftJson.Of)),
        ["only"] = JsonText.Array(report.Only.Select(DriftJson.Of)),
        ["layers"] = JsonText.Array(report.Layers.Select(DriftJson.Of)),
        ["route"] = report.RouteId,
        ["layer"] = report.Layer,
        ["layer_share"] = DriftJson.Number(report.LayerShare),
        ["nodes"] = JsonText.Array(report.Nodes.Select(DriftJson.Of)),
    };
}
