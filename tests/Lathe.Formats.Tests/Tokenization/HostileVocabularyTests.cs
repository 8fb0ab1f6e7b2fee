using Lathe.Formats.Tokenization;

namespace Lathe.Formats.Tests.Tokenization;

public sealed class HostileVocabularyTests
{
    [Theory]
    [InlineData("a zz", "Merge 1")]
    [InlineData("b c", "Merge 1")]
    [InlineData("ab", "Merge 1")]
    [InlineData("a ", "Merge 1")]
    [InlineData("", "Merge 1")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaaaaa", "Merge 1")]
    public void A_merge_of_unknown_tokens_is_refused(string merge, string expected)
    {
        var sound = SyntheticVocabulary.ByteLevel("gpt-2", ["a b"]);
        Refused(new TokenizerVocabulary { Model = "gpt2", PreTokenizer = "gpt-2", Tokens = sound.Tokens, Merges = Utf8Table.Of("a b", merge) }, expected);
    }

    [Fact]
    public void Missing_and_mismatched_parts_are_refused()
    {
        var tokens = Utf8Table.Of("a", "b", "ab");
        var merges = Utf8Table.Of("a b");
        Refused(new() { Model = "gpt2", PreTokenizer = "gpt-2", Tokens = Utf8Table.Of(), Merges = merges }, "empty");
        Refused(new() { Model = "gpt2", PreTokenizer = "gpt-2", Tokens = tokens }, "no merges");
        Refused(new() { Model = "gpt2", Tokens = tokens, Merges = merges }, "tokenizer.ggml.pre");
        Refused(new() { Model = "gpt2", PreTokenizer = "nope", Tokens = tokens, Merges = merges }, "'nope'");
        Refused(new() { Model = "gpt2", PreTokenizer = "gpt-2", Tokens = tokens, Merges = merges, Types = new TokenType[2] }, "2 token types");
        Refused(new() { Model = "llama", Tokens = tokens }, "no scores");
        Refused(new() { Model = "llama", Tokens = tokens, Scores = new float[4] }, "4 scores");
        Refused(new() { Model = "bert", Tokens = tokens }, "unknown token");
        Refused(new() { Model = "t5", Tokens = tokens }, "'t5'");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    public void A_special_id_out_of_range_is_refused(int id)
    {
        var tokens = Utf8Table.Of("a", "b", "ab");
        var merges = Utf8Table.Of("a b");
        Refused(new() { Model = "gpt2", PreTokenizer = "gpt-2", Tokens = tokens, Merges = merges, SpecialTokens = new() { Bos = id } }, $"bos_token_id is {id}");
        Refused(new() { Model = "gpt2", PreTokenizer = "gpt-2", Tokens = tokens, Merges = merges, SpecialTokens = new() { Mask = id } }, $"mask_token_id is {id}");
    }

    [Theory]
    [InlineData("0x41")]
    [InlineData("<0xZZ>")]
    [InlineData("")]
    public void A_byte_token_that_names_no_byte_is_refused(string text)
    {
        Refused(new() { Model = "llama", Tokens = Utf8Table.Of("a", text), Scores = new float[2], Types = new[] { TokenType.Normal, TokenType.Byte } }, "<0xHH>");
    }

    [Fact]
    public void A_type_that_does_not_exist_is_refused()
    {
        Refused(new() { Model = "llama", Tokens = Utf8Table.Of("a", "b"), Scores = new float[2], Types = new[] { TokenType.Normal, (TokenType)9 } }, "type 9");
    }

    [Fact]
    public void Text_that_cannot_be_expressed_is_refused_by_name()
    {
        var tokenizer = Tokenizer.Create(new() { Model = "gpt2", PreTokenizer = "gpt-2", Tokens = Utf8Table.Of("a", "b", "ab"), Merges = Utf8Table.Of("a b") });
        Assert.Equal([2], tokenizer.Encode("ab"));
        Assert.Contains("0x63", Assert.Throws<TokenizerException>(() => tokenizer.Encode("abc")).Message);
        Assert.Equal([2], tokenizer.Encode("ab"));
    }

    [Fact]
    public void Equal_and_empty_tokens_and_scores_that_are_no_numbers_do_no_harm()
    {
        var tokenizer = Tokenizer.Create(new()
        {
            Model = "llama",
            Tokens = Utf8Table.Of("<unk>", "<s>", "</s>", "a", "a", "", "aa", "▁"),
            Scores = new[] { 0, 0, 0, float.NaN, float.PositiveInfinity, 1, float.NegativeInfinity, float.NaN },
        });
        Assert.Equal([7, 6, 3], tokenizer.Encode("aaa"));
    }

    private static void Refused(TokenizerVocabulary vocabulary, string expected)
    {
        var error = Assert.Throws<TokenizerException>(() => Tokenizer.Create(vocabulary));
        Assert.Contains(expected, error.Message);
    }
}
