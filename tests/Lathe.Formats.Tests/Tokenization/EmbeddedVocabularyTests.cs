using Lathe.Formats.Gguf;
using Lathe.Formats.Tests.Gguf;
using Lathe.Formats.Tokenization;

namespace Lathe.Formats.Tests.Tokenization;

/// <summary>The vocabulary of the model that comes with the repository, read from its file.</summary>
public sealed class EmbeddedVocabularyTests
{
    [Fact]
    public void Reads_the_files_statements()
    {
        using var file = GgufFile.Open(GoldenFiles.EmbeddedModel);
        var tokenizer = Tokenizer.FromGguf(file.Metadata);

        Assert.Equal(8192, tokenizer.VocabularySize);
        Assert.Equal(("gpt2", "gpt-2"), (tokenizer.ModelName, tokenizer.PreTokenizerName));
        Assert.Equal((8189, 8189, 8191), (tokenizer.BosId, tokenizer.EosId, tokenizer.EotId));
        Assert.True(tokenizer.AddBos);
        Assert.False(tokenizer.AddEos);
        Assert.Equal([8189, 8191], tokenizer.EndOfGenerationIds.Order());
        Assert.True(tokenizer.IsControl(8190));
        Assert.Throws<TokenizerException>(() => tokenizer.TypeOf(8192));
    }

    [Theory]
    [InlineData("Once upon a time", "Once|Ġupon|Ġa|Ġtime")]
    [InlineData("I'll go.\n\n\"No!\"", "I|'ll|Ġgo|.|Ċ|Ċ|\"|No|!\"")]
    public void Encodes_words(string text, string expected)
    {
        using var file = GgufFile.Open(GoldenFiles.EmbeddedModel);
        var tokenizer = Tokenizer.FromGguf(file.Metadata);
        Assert.Equal(expected, tokenizer.Texts(tokenizer.Encode(text)));
    }

    [Fact]
    public void A_chat_turn_takes_its_control_tokens_on_request()
    {
        using var file = GgufFile.Open(GoldenFiles.EmbeddedModel);
        var tokenizer = Tokenizer.FromGguf(file.Metadata);
        var tokens = tokenizer.Encode("<|im_start|>user\nHi<|im_end|>", addSpecial: true, parseSpecial: true);
        Assert.Equal([8189, 8190, 8191], tokens.Where(tokenizer.IsControl));
        Assert.Equal(8191, tokens[^1]);
        Assert.DoesNotContain(tokenizer.Encode("<|im_start|>user\nHi<|im_end|>"), tokenizer.IsControl);
    }

    [Fact]
    public void A_book_comes_back_whole_and_as_a_stream()
    {
        using var file = GgufFile.Open(GoldenFiles.EmbeddedModel);
        var tokenizer = Tokenizer.FromGguf(file.Metadata);
        var text = File.ReadAllText(Path.Combine(GoldenFiles.Root, "models", "eval-alice.txt"));
        var tokens = tokenizer.Encode(text);
        var decoder = new StreamingDecoder(tokenizer);

        Assert.InRange(tokens.Length, text.Length / 5, text.Length / 3);
        Assert.Equal(text, tokenizer.Decode(tokens));
        Assert.Equal(text, string.Concat(tokens.Select(decoder.Append)) + decoder.Flush());
    }
}
