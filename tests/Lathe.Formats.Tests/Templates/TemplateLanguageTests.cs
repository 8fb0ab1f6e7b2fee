using System.Text.Json;
using Lathe.Formats.Templates;

namespace Lathe.Formats.Tests.Templates;

/// <summary>The language piece by piece: each row of <c>language.json</c> was rendered by Jinja2.</summary>
public sealed class TemplateLanguageTests
{
    private static readonly JsonElement s_language =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TemplateCorpus.Folder, "language.json"))).RootElement;

    public static TheoryData<int, string, string> Rows()
    {
        var rows = new TheoryData<int, string, string>();
        var index = 0;
        foreach (var row in s_language.GetProperty("cases").EnumerateArray())
        {
            rows.Add(index++, row.GetProperty("section").GetString()!, row.GetProperty("template").GetString()!);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Renders_what_Jinja2_renders(int row, string section, string template)
    {
        Assert.NotEmpty(section);
        var variables = s_language.GetProperty("variables").EnumerateObject()
            .ToDictionary(property => property.Name, property => TemplateValue.FromJson(property.Value));
        var now = new DateTime(2026, 11, 20, 12, 0, 0);
        if (s_language.GetProperty("cases")[row].TryGetProperty("expected", out var expected))
        {
            Assert.Equal(expected.GetString(), ChatTemplate.Parse(template).Render(variables, now), ignoreLineEndingDifferences: false);
            return;
        }

        var exception = Assert.Throws<TemplateException>(() => ChatTemplate.Parse(template).Render(variables, now));
        Assert.True(exception.Line > 0 && exception.Column > 0, exception.Message);
    }
}
