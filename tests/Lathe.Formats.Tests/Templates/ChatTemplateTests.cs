using System.Text.Json;
using Lathe.Formats.Templates;

namespace Lathe.Formats.Tests.Templates;

/// <summary>The public face: values, inputs, and reuse of a parsed template.</summary>
public sealed class ChatTemplateTests
{
    private static readonly ChatTemplateInput s_input = new() { Messages = Json("""[{"role": "user", "content": "hi"}]""") };

    [Fact]
    public void Variables_that_are_not_given_are_undefined()
    {
        const string Source = "{{ tools is defined }} {{ documents is defined }} {{ bos_token is defined }} {{ eos_token is defined }} {{ add_generation_prompt }}";
        Assert.Equal("False False False False True", ChatTemplate.Parse(Source).Render(s_input));
        var full = s_input with { Tools = TemplateValue.None, Documents = Json("[]"), BosToken = "<s>", EosToken = "</s>", AddGenerationPrompt = false };
        Assert.Equal("True True True True False", ChatTemplate.Parse(Source).Render(full));
    }

    [Fact]
    public void Extra_variables_go_before_the_others()
    {
        var input = s_input with { BosToken = "<s>", Extra = new Dictionary<string, TemplateValue> { ["bos_token"] = "x", ["enable_thinking"] = false } };
        Assert.Equal("x False", ChatTemplate.Parse("{{ bos_token }} {{ enable_thinking }}").Render(input));
    }

    [Fact]
    public void Now_is_what_strftime_now_shows()
    {
        var input = s_input with { Now = new DateTime(2026, 2, 3, 14, 5, 6) };
        Assert.Equal("03 Feb 2026 14:05:06", ChatTemplate.Parse("{{ strftime_now('%d %b %Y %H:%M:%S') }}").Render(input));
    }

    [Fact]
    public void Values_convert_from_dotnet()
    {
        var variables = new Dictionary<string, TemplateValue>
        {
            ["text"] = "a",
            ["nothing"] = (string?)null,
            ["flag"] = true,
            ["integer"] = 3L,
            ["number"] = 0.5,
            ["list"] = TemplateValue.FromList(["x", 1L]),
            ["dict"] = TemplateValue.FromDict([new("k", "v"), new("a", 1L)]),
            ["twice"] = TemplateValue.FromFunction("twice", arguments => arguments[0] + "" + arguments[0]),
        };
        const string Source = "{{ text }} {{ nothing }} {{ flag }} {{ integer + 1 }} {{ number }} {{ list }} {{ dict }} {{ twice('ab') }} {{ missing is defined }}";
        Assert.Equal("a None True 4 0.5 ['x', 1] {'k': 'v', 'a': 1} abab False", ChatTemplate.Parse(Source).Render(variables));
    }

    [Theory]
    [InlineData("""{"b": 1, "a": [1.0, 1e2, -0, null, true], "n": 123456789012345678901234567890}""")]
    public void Json_keeps_order_and_number_types(string json)
    {
        var variables = new Dictionary<string, TemplateValue> { ["x"] = Json(json) };
        Assert.Equal(
            """{"b": 1, "a": [1.0, 100.0, 0, null, true], "n": 123456789012345678901234567890}""",
            ChatTemplate.Parse("{{ x | tojson }}").Render(variables));
    }

    [Fact]
    public void Json_that_is_not_Unicode_is_an_error() =>
        Assert.Throws<TemplateException>(() => TemplateValue.FromJson(JsonDocument.Parse("""["\ud800"]""").RootElement));

    [Fact]
    public void An_error_of_a_function_gets_the_place_of_its_call()
    {
        var variables = new Dictionary<string, TemplateValue> { ["f"] = TemplateValue.FromFunction("f", _ => throw new TemplateException("no.")) };
        var exception = Assert.Throws<TemplateException>(() => ChatTemplate.Parse("\n {{ f() }}").Render(variables));
        Assert.Equal("Template line 2, column 6: no.", exception.Message);
    }

    [Fact]
    public void A_template_renders_many_times_and_on_many_threads()
    {
        var template = ChatTemplate.Parse(TemplateCorpus.Source(TemplateCorpus.Names[0]));
        var input = TemplateCorpus.Input("turns");
        var first = template.Render(input);
        var texts = new string[64];
        Parallel.For(0, texts.Length, i => texts[i] = template.Render(input));
        Assert.All(texts, text => Assert.Equal(first, text));
    }

    private static TemplateValue Json(string json) => TemplateValue.FromJson(JsonDocument.Parse(json).RootElement);
}
