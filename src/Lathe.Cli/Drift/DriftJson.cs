using System.Text.Json.Nodes;
using Lathe.Cli.Output;
using Lathe.Engine.Drift;

namespace Lathe.Cli.Drift;

/// <summary>Drift as scripts read it.</summary>
internal static class DriftJson
{
    /// <summary>JSON has no infinity and no NaN: null.</summary>
    public static JsonValue? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    public static JsonObject Of(DriftMeasures measures) => new()
    {
        ["rows"] = measures.Rows,
        ["same_top"] = measures.SameTop,
        ["greedy_equal"] = measures.GreedyEqual,
        ["greedy_tokens"] = measures.GreedyTokens,
        ["top5_overlap"] = measures.Top5Overlap,
        ["top20_overlap"] = measures.Top20Overlap,
        ["max_rank_delta"] = measures.MaxRankDelta,
        ["rms"] = Number(measures.Rms),
        ["relative_rms"] = Number(measures.RelativeRms),
        ["max_abs"] = Number(measures.MaxAbs),
        ["top20_max_abs"] = Number(measures.Top20MaxAbs),
        ["mean_kl"] = Number(measures.MeanDivergence),
        ["max_kl"] = Number(measures.MaxDivergence),
        ["non_finite"] = measures.NonFinite,
        ["bit_equal"] = measures.IsBitEqual,
    };

    public static JsonObject Of(DriftReport report) => new()
    {
        ["reference"] = Of(report.Reference),
        ["candidate"] = Of(report.Candidate),
        ["routes_under_test"] = JsonText.Array(report.RoutesUnderTest.Select(id => (JsonNode)id)),
        ["fixtures"] = JsonText.Array(report.Fixtures.Select(fixture => new JsonObject
        {
            ["name"] = fixture.Fixture.Name,
            ["tokens"] = fixture.Fixture.Tokens.Length,
            ["chunk_tokens"] = fixture.Fixture.ChunkTokens,
            ["measures"] = Of(fixture.Measures),
            ["layer_rms"] = JsonText.Array(fixture.LayerRms.Select(rms => (JsonNode?)Number(rms))),
            ["verdict"] = Of(fixture.Verdict),
            ["reference_dispatches"] = Of(fixture.Reference.Dispatches),
            ["candidate_dispatches"] = Of(fixture.Candidate.Dispatches),
        })),
        ["worst"] = Of(report.Worst),
        ["verdict"] = Of(report.Verdict),
    };

    public static JsonObject Of(BisectionStep step) => new()
    {
        ["setting"] = step.Setting,
        ["route"] = step.RouteId,
        ["dispatches"] = step.Dispatches,
        ["measures"] = Of(step.Measures),
        ["refused"] = JsonText.Array(step.Refusals.Select(reason => (JsonNode)reason)),
    };

    public static JsonObject Of(NodeDifference node) => new()
    {
        ["node"] = node.Node,
        ["op"] = node.Op,
        ["layer"] = node.Layer,
        ["route"] = node.RouteId,
        ["rows"] = node.Rows,
        ["max_abs"] = Number(node.MaxAbs),
        ["rms"] = Number(node.Rms),
        ["relative_rms"] = Number(node.RelativeRms),
        ["worst"] = JsonText.Array(node.Worst.Select(element => new JsonObject
        {
            ["row"] = element.Row,
            ["column"] = element.Column,
            ["reference"] = Number(element.Reference),
            ["actual"] = Number(element.Actual),
        })),
    };

    public static JsonObject Of(DispatchRecord record) => new(record.Counts.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    public static JsonObject Of(DriftVerdict verdict) => new()
    {
        ["kind"] = verdict.Kind.ToString().ToLowerInvariant(),
        ["reasons"] = JsonText.Array(verdict.Reasons.Select(reason => (JsonNode)reason)),
    };

    private static JsonObject Of(DriftSetting setting) => new()
    {
        ["name"] = setting.Name,
        ["quality"] = setting.Policy.Quality,
        ["rules"] = JsonText.Array(setting.Policy.Rules.Select(rule => (JsonNode)rule.ToString())),
        ["kv"] = setting.KvElementType.ToString().ToLowerInvariant(),
        ["batch_invariant"] = setting.BatchInvariant,
    };
}
