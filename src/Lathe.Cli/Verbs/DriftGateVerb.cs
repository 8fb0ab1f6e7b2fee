using System.CommandLine;
using System.Text.Json.Nodes;
using Lathe.Cli.Drift;
using Lathe.Cli.Options;
using Lathe.Cli.Output;
using Lathe.Engine.Drift;
using Lathe.Engine.Inference;
using Spectre.Console;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe drift gate</c>: every default route within its limits, or exit code 1.</summary>
internal static class DriftGateVerb
{
    public static Command Create()
    {
        var model = ModelOption.Create(required: true);
        var reference = PolicyOption.CreateReference();
        var thresholds = ThresholdsOption.Create();
        var kv = KvOption.Create();
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var verb = new Command("gate", "Judge every default route of a model by itself and all together; exit code 1 if one breaks a limit or was not tested.")
        {
            model, reference, thresholds, kv, json,
        };
        var fixtureOptions = new FixtureOptions(verb);
        var engine = new EngineOptions(verb, withPolicy: false);
        verb.SetAction((result, cancellation) =>
        {
            var kvType = KvOption.Read(result, kv) ?? KvElementType.F16;
            var limits = ThresholdsOption.Read(result, thresholds);
            var referenceSetting = PolicyOption.Read(result.GetValue(reference)!, kvType, batchInvariant: false);
            using var loaded = engine.LoadWithoutTokenizer(result, result.GetValue(model)!);
            _ = ThresholdsOption.For(limits, loaded.Model.Family.Architecture);
            var fixtures = fixtureOptions.Of(result, loaded.Model);
            var runs = 2 + DriftGate.DefaultRoutes(loaded.Model, loaded.Backend, fixtures, kvType).Count;
            GateReport? gate = null;
            Terminal.WithProgress("judging", runs, report =>
            {
                var done = 0;
                gate = DriftGate.Run(loaded.Model, loaded.Backend, limits, fixtures, kvType, referenceSetting.Policy, _ => report(++done), cancellation);
            });
            if (result.GetValue(json))
            {
                JsonText.Print(new JsonObject { ["open"] = gate!.IsOpen, ["reports"] = JsonText.Array(gate.Reports.Select(DriftJson.Of)) });
            }
            else
            {
                DriftTables.Print(gate!.Reports);
                foreach (var report in gate.Reports)
                {
                    DriftTables.PrintReasons(report.Verdict);
                }

                Terminal.Out.WriteLine(gate.IsOpen ? "the gate is open" : "the gate is shut");
            }

            return Task.FromResult(gate!.IsOpen ? ExitCode.Success : ExitCode.Failure);
        });
        return verb;
    }
}
