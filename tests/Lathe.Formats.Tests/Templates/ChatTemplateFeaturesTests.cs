using Lathe.Formats.Templates;

namespace Lathe.Formats.Tests.Templates;

/// <summary>What the publishers of some models say about them is found in their templates.</summary>
public sealed class ChatTemplateFeaturesTests
{
    [Theory]
    [InlineData("Qwen-Qwen3-0.6B", true, true, true, true, "reasoning_content", "enable_thinking")]
    [InlineData("Qwen-Qwen2.5-7B-Instruct", true, true, true, true, null, null)]
    [InlineData("google-gemma-2-2b-it", false, false, false, false, null, null)]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", true, true, true, true, null, null)]
    [InlineData("mistralai-Mistral-Nemo-Instruct-2407", true, true, true, true, null, null)]
    [InlineData("openai-gpt-oss-120b", true, true, true, true, "thinking", "reasoning_effort")]
    [InlineData("deepseek-ai-DeepSeek-V3.1", true, false, true, true, null, "enable_thinking")]
    [InlineData("microsoft-Phi-3.5-mini-instruct", true, false, false, false, null, null)]
    public void Features_of_published_templates(
        string name, bool system, bool tools, bool toolCalls, bool toolResults, string? reasoningField, string? thinkingSwitch)
    {
        var features = ChatTemplateFeatures.Of(ChatTemplate.Parse(TemplateCorpus.Source(name)));
        Assert.Null(features.Refusal);
        Assert.Equal(
            (system, tools, toolCalls, toolResults, reasoningField, thinkingSwitch),
            (features.System, features.Tools, features.ToolCalls, features.ToolResults, features.ReasoningField, features.ThinkingSwitch));
    }

    [Fact]
    public void A_refusal_is_told()
    {
        var features = ChatTemplateFeatures.Of(ChatTemplate.Parse("{{ raise_exception('no chats today') }}"));
        Assert.Contains("no chats today", features.Refusal, StringComparison.Ordinal);
        Assert.False(features.System || features.Tools || features.ToolCalls || features.ToolResults);
        Assert.Null(features.ReasoningField);
        Assert.Null(features.ThinkingSwitch);
    }

    /// <summary>Firefunction's template needs a variable of its own.</summary>
    [Fact]
    public void Every_published_template_but_one_takes_a_plain_question() => Assert.Equal(
        ["fireworks-ai-llama-3-firefunction-v2"],
        TemplateCorpus.Names.Where(name => ChatTemplateFeatures.Of(ChatTemplate.Parse(TemplateCorpus.Source(name))).Refusal is not null));
}
