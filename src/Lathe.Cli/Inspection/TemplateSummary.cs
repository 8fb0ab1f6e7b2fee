using Lathe.Formats.Gguf;
using Lathe.Formats.Templates;

namespace Lathe.Cli.Inspection;

/// <summary>The chat template of a file: where it stands, and what it can express.</summary>
internal sealed record TemplateSummary
{
    private const string Key = "tokenizer.chat_template";

    /// <summary>The metadata key.</summary>
    public required string Source { get; init; }

    /// <summary>Templates for other purposes, which the file keeps under names such as <c>tool_use</c>; Lathe uses none of them by itself.</summary>
    public required IReadOnlyList<string> Named { get; init; }

    /// <summary>What the template can express; null if it cannot be used.</summary>
    public ChatTemplateFeatures? Features { get; init; }

    /// <summary>Why the template cannot be used; null if it can.</summary>
    public string? Problem { get; init; }

    /// <summary>The features in words.</summary>
    public string Abilities => string.Join(
        ", ",
        new[]
        {
            Features is { System: true } ? "system messages" : null,
            Features is { Tools: true } ? "tools" : null,
            Features is { ToolCalls: true } ? "tool calls" : null,
            Features is { ToolResults: true } ? "tool results" : null,
            Features?.ReasoningField is { } key ? $"reasoning ({key})" : null,
            Features?.ThinkingSwitch is { } name ? $"thinking switch ({name})" : null,
        }.Where(ability => ability is not null).DefaultIfEmpty("messages only"));

    /// <summary>The file's template, or null if it has none.</summary>
    public static TemplateSummary? Of(GgufMetadata metadata)
    {
        // Named templates are listed in an array, and each stands under the key that its name extends.
        var named = metadata.Keys.Where(key => key.StartsWith(Key + ".", StringComparison.Ordinal)).Select(key => key[(Key.Length + 1)..]).ToList();
        if (!metadata.Contains(Key))
        {
            return named.Count == 0 ? null : new TemplateSummary { Source = "only templates by name", Named = named, Problem = $"{Key} is missing" };
        }

        try
        {
            var features = ChatTemplateFeatures.Of(ChatTemplate.Parse(metadata.GetString(Key)));
            return new TemplateSummary { Source = Key, Named = named, Features = features, Problem = features.Refusal };
        }
        catch (Exception exception) when (exception is TemplateException or GgufException)
        {
            return new TemplateSummary { Source = Key, Named = named, Problem = exception.Message };
        }
    }
}
