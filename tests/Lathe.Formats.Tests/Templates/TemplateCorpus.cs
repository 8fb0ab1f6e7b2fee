using System.Text.Json;
using Lathe.Formats.Templates;
using Lathe.Tests.Shared;

namespace Lathe.Formats.Tests.Templates;

/// <summary>
/// The chat templates of published models with what Jinja2 renders for each conversation of <c>cases.json</c>
/// (<c>NAME.CASE.txt</c>), or the error that it raises (<c>NAME.CASE.error</c>).
/// </summary>
internal static class TemplateCorpus
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "data", "templates");

    private static readonly JsonElement s_cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "cases.json"))).RootElement;

    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*.jinja").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static IReadOnlyList<string> Cases { get; } = [.. s_cases.GetProperty("cases").EnumerateObject().Select(property => property.Name)];

    public static string Source(string name) => File.ReadAllText(Path.Combine(Folder, name + ".jinja"));

    public static ChatTemplateInput Input(string name)
    {
        var conversation = s_cases.GetProperty("cases").GetProperty(name);
        return new ChatTemplateInput
        {
            Messages = conversation.GetProperty("messages"),
            Tools = conversation.TryGetProperty("tools", out var tools) ? TemplateValue.FromJson(tools) : null,
            AddGenerationPrompt = conversation.GetProperty("add_generation_prompt").GetBoolean(),
            BosToken = s_cases.GetProperty("bos_token").GetString(),
            EosToken = s_cases.GetProperty("eos_token").GetString(),
            Now = s_cases.GetProperty("now").GetDateTime(),
            Extra = conversation.EnumerateObject()
                .Where(property => property.Name is not ("messages" or "tools" or "add_generation_prompt"))
                .ToDictionary(property => property.Name, property => TemplateValue.FromJson(property.Value)),
        };
    }
}
