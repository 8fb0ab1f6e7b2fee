using System.Text.Json.Nodes;
using Lathe.Cli.Output;
using Lathe.Formats.Gguf;

namespace Lathe.Cli.Inspection;

/// <summary>A file as JSON for a script.</summary>
internal static class InspectionJson
{
    public static JsonObject Of(ModelSummary summary, GgufFile file, bool metadata, bool tensors)
    {
        var json = new JsonObject
        {
            ["file"] = summary.Path,
            ["name"] = summary.Name,
            ["architecture"] = summary.Architecture,
            ["known_family"] = summary.IsKnownFamily,
            ["parameters"] = summary.Parameters,
            ["bytes"] = summary.FileBytes,
            ["parts"] = summary.Parts,
            ["version"] = file.Version,
            ["layers"] = summary.Layers,
            ["embedding"] = summary.Embedding,
            ["experts"] = summary.Experts,
            ["experts_used"] = summary.ExpertsUsed,
            ["context"] = summary.Context,
            ["tokenizer"] = summary.TokenizerModel,
            ["tokenizer_kind"] = summary.TokenizerKind,
            ["pre_tokenizer"] = summary.PreTokenizer,
            ["vocabulary"] = summary.Vocabulary,
            ["end_tokens"] = JsonText.Array(summary.EndTokens.Select(token => (JsonNode)token)),
            ["chat_template"] = summary.Template is not null,
            ["template"] = summary.Template is null ? null : Of(summary.Template),
            ["runs"] = summary.Problems.Count == 0,
            ["problems"] = JsonText.Array(summary.Problems.Select(problem => (JsonNode)problem)),
            ["tokenizer_problem"] = summary.TokenizerProblem,
            ["tensor_count"] = summary.TensorCount,
            ["types"] = JsonText.Array(summary.Types.Select(share => new JsonObject
            {
                ["type"] = share.Type,
                ["tensors"] = share.Tensors,
                ["parameters"] = share.Parameters,
                ["bytes"] = share.Bytes,
            })),
        };
        if (metadata)
        {
            json["metadata"] = new JsonObject(file.Metadata.Keys.Select(key => KeyValuePair.Create(key, Value(file.Metadata, key))));
        }

        if (tensors)
        {
            json["tensors"] = JsonText.Array(file.Tensors.Select(tensor => new JsonObject
            {
                ["name"] = tensor.Name,
                ["type"] = GgmlTypeInfo.Of(tensor.Type).Name,
                ["shape"] = JsonText.Array(Enumerable.Range(0, tensor.Shape.Rank).Select(i => (JsonNode)tensor.Shape[i])),
                ["bytes"] = tensor.ByteSize,
            }));
        }

        return json;
    }

    private static JsonObject Of(TemplateSummary template) => new()
    {
        ["source"] = template.Source,
        ["named"] = JsonText.Array(template.Named.Select(name => (JsonNode)name)),
        ["problem"] = template.Problem,
        ["system"] = template.Features?.System,
        ["tools"] = template.Features?.Tools,
        ["tool_calls"] = template.Features?.ToolCalls,
        ["tool_results"] = template.Features?.ToolResults,
        ["reasoning_field"] = template.Features?.ReasoningField,
        ["thinking_switch"] = template.Features?.ThinkingSwitch,
    };

    private static JsonNode? Value(GgufMetadata metadata, string key) => metadata.TypeOf(key) switch
    {
        GgufValueType.String => metadata.GetString(key),
        GgufValueType.Boolean => metadata.GetBoolean(key),
        GgufValueType.Float32 or GgufValueType.Float64 => Number(metadata.GetNumber(key)),
        GgufValueType.UInt64 => Number(metadata.GetNumber(key)),
        GgufValueType.Array => JsonText.Array(Enumerable.Range(0, metadata.GetArray(key).Count).Select(i => Element(metadata.GetArray(key), i))),
        _ => metadata.GetInteger(key),
    };

    private static JsonNode? Element(GgufArray array, int index) => array.ElementType switch
    {
        GgufValueType.String => array.GetString(index),
        GgufValueType.Boolean => array.GetBoolean(index),
        _ => Number(array.GetNumber(index)),
    };

    /// <summary>JSON has no infinities and no NaN: they become their names.</summary>
    private static JsonNode Number(double value) => double.IsFinite(value) ? value : value.ToString();
}
