using System.Reflection;
using System.Text.Json.Nodes;
using Lathe.Cli.Output;
using Lathe.Cpu;
using Lathe.Engine.Drift;
using Lathe.Engine.Inference.Sampling;

namespace Lathe.Cli.Drift;

/// <summary>Everything that a run of logits depends on, so that another machine can repeat it, and what came out.</summary>
internal static class LogitsRecord
{
    private const int TopTokens = 20;

    /// <param name="loaded">The model on its device, after the run.</param>
    /// <param name="tokens">The tokens that were computed.</param>
    /// <param name="prefill">How many of them together; the rest followed one by one.</param>
    /// <param name="last">Logits after the last token.</param>
    /// <param name="dispatches">Which routes ran.</param>
    /// <param name="comparator">What ran beside them, or null.</param>
    public static JsonObject Of(ModelOnDevice loaded, int[] tokens, int prefill, float[] last, DispatchRecord dispatches, RouteComparator? comparator)
    {
        var options = loaded.Runtime.Options;
        return new JsonObject
        {
            ["lathe_version"] = typeof(LogitsRecord).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            ["model"] = loaded.File.Path,

            // Of a split model over its parts in order, as of one file.
            ["model_sha256"] = Convert.ToHexStringLower(loaded.File.ComputeSha256()),
            ["model_parts"] = loaded.File.PartCount,
            ["model_bytes"] = loaded.File.FileSize,
            ["architecture"] = loaded.Model.Family.Architecture,
            ["device"] = loaded.Backend.Description,
            ["isa"] = CpuInformation.InstructionSet,
            ["math_mode"] = loaded.Backend.MathMode,
            ["threads"] = ((CpuBackend)loaded.Backend).Threads,
            ["quality"] = options.Policy.Quality,
            ["require_fast"] = options.Policy.RequireFast,
            ["batch_invariant"] = options.BatchInvariant,
            ["rules"] = JsonText.Array(options.Policy.Rules.Select(rule => (JsonNode)rule.ToString())),
            ["kv"] = options.KvElementType.ToString().ToLowerInvariant(),
            ["prefill"] = prefill,
            ["chunk_tokens"] = loaded.Runtime.ChunkTokens,
            ["tokens"] = JsonText.Array(tokens.Select(token => (JsonNode)token)),
            ["vocabulary"] = last.Length,
            ["dispatches"] = DriftJson.Of(dispatches),
            ["unusable_routes"] = new JsonObject(loaded.Backend.Routes.Unusable.Select(pair => KeyValuePair.Create(pair.Key.Id, (JsonNode?)pair.Value))),
            ["compared_nodes"] = JsonText.Array((comparator?.Nodes ?? []).Select(DriftJson.Of)),
            ["breach"] = comparator?.Breach,
            ["argmax"] = ArgMax.Of(last),
            ["top"] = JsonText.Array(Enumerable.Range(0, last.Length).OrderByDescending(id => last[id]).ThenBy(id => id).Take(TopTokens)
                .Select(id => new JsonObject { ["token"] = id, ["logit"] = DriftJson.Number(last[id]) })),
            ["logits"] = JsonText.Array(last.Select(logit => float.IsFinite(logit) ? (JsonNode?)JsonValue.Create(logit) : null)),
        };
    }
}
