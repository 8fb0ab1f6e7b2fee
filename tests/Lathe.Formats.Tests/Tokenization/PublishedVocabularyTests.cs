using Lathe.Formats.Gguf;
using Lathe.Formats.Tests.Gguf;
using Lathe.Formats.Tokenization;

namespace Lathe.Formats.Tests.Tokenization;

/// <summary>Published vocabularies with texts and the ids that their models were trained with. The files are too many for the repository.</summary>
public sealed class PublishedVocabularyTests
{
    private const string Separator = "\n__ggml_vocab_test__\n";

    public static TheoryData<string> Vocabularies =>
        ["deepseek-coder", "deepseek-llm", "falcon", "gpt-2", "llama-spm", "mpt", "phi-3", "refact", "starcoder"];

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void Encodes_every_case_as_published(string name)
    {
        var path = PathOf(name);
        using var file = GgufFile.Open(path);
        var tokenizer = Tokenizer.FromGguf(file.Metadata);
        var texts = File.ReadAllText(path + ".inp").Split(Separator)[..^1];
        var expected = File.ReadAllLines(path + ".out");

        Assert.Equal(texts.Length, expected.Length);
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal($"{i}: {expected[i].Trim()}", $"{i}: {string.Join(' ', tokenizer.Encode(texts[i]))}");
        }
    }

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void Decodes_every_case_to_its_text(string name)
    {
        var path = PathOf(name);
        using var file = GgufFile.Open(path);
        var tokenizer = Tokenizer.FromGguf(file.Metadata);

        foreach (var text in File.ReadAllText(path + ".inp").Split(Separator)[..^1])
        {
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        }
    }

    /// <summary>A turn as the model's template writes it; the ids are another engine's.</summary>
    [Fact]
    public void Special_tokens_of_phi_3_take_the_white_space_behind_them()
    {
        using var file = GgufFile.Open(PathOf("phi-3"));
        var tokens = Tokenizer.FromGguf(file.Metadata).Encode("<|user|>\nSYS\nHI<|end|>\n<|assistant|>\n", addSpecial: true, parseSpecial: true);
        Assert.Equal([1, 32010, 317, 21554, 13, 17628, 32007, 32001], tokens);
    }

    private static string PathOf(string name)
    {
        for (var folder = Directory.GetParent(GoldenFiles.Root); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "tokenizers", $"ggml-vocab-{name}.gguf");
            if (File.Exists(path))
            {
                return path;
            }
        }

        Assert.Skip($"The vocabulary {name} is not here: no folder above the repository has shared/tokenizers/ggml-vocab-{name}.gguf.");
        return "";
    }
}
