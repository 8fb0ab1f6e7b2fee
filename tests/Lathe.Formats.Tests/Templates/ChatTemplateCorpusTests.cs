using Lathe.Formats.Templates;

namespace Lathe.Formats.Tests.Templates;

/// <summary>Every template of the corpus gives, byte for byte, what Jinja2 gives.</summary>
public sealed class ChatTemplateCorpusTests
{
    public static TheoryData<string, string> Rows()
    {
        var rows = new TheoryData<string, string>();
        foreach (var name in TemplateCorpus.Names)
        {
            foreach (var conversation in TemplateCorpus.Cases)
            {
                rows.Add(name, conversation);
            }
        }

        return rows;
    }

    [Fact]
    public void Corpus_is_complete()
    {
        Assert.Equal(52, TemplateCorpus.Names.Count);
        Assert.Equal(9, TemplateCorpus.Cases.Count);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Renders_what_Jinja2_renders(string name, string conversation)
    {
        var template = ChatTemplate.Parse(TemplateCorpus.Source(name));
        var input = TemplateCorpus.Input(conversation);
        var expected = Path.Combine(TemplateCorpus.Folder, $"{name}.{conversation}.txt");
        if (File.Exists(expected))
        {
            Assert.Equal(File.ReadAllText(expected), template.Render(input), ignoreLineEndingDifferences: false);
            return;
        }

        Assert.True(File.Exists(Path.ChangeExtension(expected, ".error")), "the corpus holds neither text nor error for this row");
        var exception = Assert.Throws<TemplateException>(() => template.Render(input));
        Assert.True(exception.Line > 0 && exception.Column > 0, exception.Message);
    }
}
