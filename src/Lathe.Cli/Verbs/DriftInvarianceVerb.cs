using System.CommandLine;
using System.Text.Json.Nodes;
using Lathe.Cli.Drift;
using Lathe.Cli.Options;
using Lathe.Cli.Output;
using Lathe.Engine.Drift;
using Lathe.Engine.Inference;
using Spectre.Console;

namespace Lathe.Cli.Verbs;

/// <summary><c>lathe drift invariance</c>: the same tokens in other chunks, on other threads, beside others.</summary>
internal static class DriftInvarianceVerb
{
    // More than the largest chunk, and no multiple of it.
    private const int Tokens = 193;

    public static Command Create()
    {
        var model = ModelOption.Create(required: true);
        var kv = KvOption.Create();
        var tokens = NumberOption.Create(["--tokens"], "Tokens to compute.", Tokens, 2, 4096);
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var verb = new Command("invariance", "Compute the same tokens in other chunks, on other threads and beside others, and compare.") { model, kv, tokens, json };
        var engine = new EngineOptions(verb);
        verb.SetAction((result, cancellation) =>
        {
            using var loaded = engine.LoadWithoutTokenizer(result, result.GetValue(model)!, (_, policy) => new RuntimeOptions
            {
                KvElementType = KvOption.Read(result, kv) ?? (policy.Quality ? KvElementType.F32 : KvElementType.F16),
            });
            var h = loaded.Model.HyperParameters;
            var study = new InvarianceStudy(loaded.Model, EngineOptions.CreateBackend, loaded.Runtime.Options);
            var results = study.Run(DriftFixtures.PseudoRandom(h.VocabularySize, Math.Min(result.GetValue(tokens), h.ContextLength)), cancellation);
            if (result.GetValue(json))
            {
                JsonText.Print(new JsonObject
                {
                    ["batch_invariant"] = loaded.Runtime.Options.BatchInvariant,
                    ["ways"] = JsonText.Array(results.Select(way => new JsonObject { ["way"] = way.Way, ["measures"] = DriftJson.Of(way.Measures) })),
                });
            }
            else
            {
                Terminal.Out.WriteLine("against all tokens together, one thread, alone:");
                DriftTables.Print(results);
            }

            // Without the option the bits are only told; with it they are promised.
            return Task.FromResult(!loaded.Runtime.Options.BatchInvariant || results.All(way => way.Measures.IsBitEqual) ? ExitCode.Success : ExitCode.Failure);
        });
        return verb;
    }
}
