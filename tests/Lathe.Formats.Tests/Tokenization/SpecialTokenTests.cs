using Lathe.Formats.Tokenization;

namespace Lathe.Formats.Tests.Tokenization;

public sealed class SpecialTokenTests
{
    private const int FirstAdded = 257;

    [Theory]
    [InlineData(false, "a|<|stop|>|b|<tool>|x")]
    [InlineData(true, "a|<|stop|>|b|<tool>|x")]
    public void User_defined_text_is_always_a_token(bool parseSpecial, string expected)
    {
        var tokenizer = Create(("<|stop|>", TokenType.UserDefined), ("<tool>", TokenType.UserDefined), ("<to", TokenType.UserDefined));
        Assert.Equal(expected, tokenizer.Texts(tokenizer.Encode("a<|stop|>b<tool>x", parseSpecial: parseSpecial)));
    }

    [Fact]
    public void Control_text_is_a_token_only_on_request()
    {
        var tokenizer = Create(("<go>", TokenType.Control));
        Assert.Equal([FirstAdded], tokenizer.Encode("<go>", parseSpecial: true));
        Assert.Equal("<|g|o|>", tokenizer.Texts(tokenizer.Encode("<go>")));
    }

    [Theory]
    [InlineData("é<go>x<go>", new int[0], "x", 2)]
    [InlineData("é<go>x<go>", new[] { 1 }, "x", 1)]
    [InlineData("é<go>x<go>", new[] { 6 }, "x", 1)]
    [InlineData("é<go>x<go>", new[] { 1, 6 }, "x", 0)]
    [InlineData("é<go>x<go>", new[] { 0, 2, 5, 7, 10 }, "x", 2)]
    [InlineData("<<go>", new[] { 0 }, "<", 1)]
    [InlineData("<go><go>", new[] { 4 }, "<", 1)]
    public void Control_text_is_no_token_where_it_is_plain(string text, int[] plainAt, string kept, int expected)
    {
        var tokenizer = Create(("<go>", TokenType.Control));
        var tokens = tokenizer.Encode(text, plainAt);
        Assert.Equal(expected, tokens.Count(token => token == FirstAdded));
        Assert.Contains(kept, tokenizer.Texts(tokens), StringComparison.Ordinal);
        Assert.Equal(text, tokenizer.Decode(tokens, renderSpecial: true));
    }

    /// <summary>Special tokens of Phi 3 take the white space behind them, three of them excepted.</summary>
    [Theory]
    [InlineData(true, "<go> \n a<go>\n", "<go>|a|<go>")]
    [InlineData(true, "<s> a", "<s>|Ġ|a")]
    [InlineData(true, " <go>a", "Ġ|<go>|a")]
    [InlineData(false, "<go> a", "<go>|Ġ|a")]
    public void White_space_behind_a_special_token_may_belong_to_it(bool takesSpace, string text, string expected)
    {
        var vocabulary = SyntheticVocabulary.ByteLevel("gpt-2", ["t h"], ("<go>", TokenType.Control), ("<s>", TokenType.Control));
        var tokenizer = Tokenizer.Create(vocabulary with { SpecialTokensTakeSpace = takesSpace });
        Assert.Equal(expected, tokenizer.Texts(tokenizer.Encode(text, parseSpecial: true)));
    }

    [Fact]
    public void User_defined_text_is_a_token_even_where_it_is_plain()
    {
        var tokenizer = Create(("<tool>", TokenType.UserDefined), ("<tool>>", TokenType.Control));
        Assert.Equal([FirstAdded + 1], tokenizer.Encode("<tool>>", parseSpecial: true));
        Assert.Equal("<tool>|>", tokenizer.Texts(tokenizer.Encode("<tool>>", plainAt: [0])));
    }

    [Fact]
    public void The_longest_token_wins_and_unused_ones_are_never_read()
    {
        var tokenizer = Create(("xx", TokenType.UserDefined), ("xxxx", TokenType.UserDefined), ("<pad>", TokenType.Unused));
        Assert.Equal("xxxx|xx|x", tokenizer.Texts(tokenizer.Encode("xxxxxxx")));
        Assert.DoesNotContain(FirstAdded + 2, tokenizer.Encode("<pad>", parseSpecial: true));
    }

    [Fact]
    public void Control_tokens_add_text_only_when_rendered()
    {
        var tokenizer = Create(("<go>", TokenType.Control), ("<tool>", TokenType.UserDefined), ("<pad>", TokenType.Unused));
        int[] tokens = ['a', FirstAdded, FirstAdded + 1, FirstAdded + 2];
        Assert.Equal("a<tool>", tokenizer.Decode(tokens));
        Assert.Equal("a<go><tool>", tokenizer.Decode(tokens, renderSpecial: true));
        Assert.True(tokenizer.IsControl(FirstAdded));
        Assert.False(tokenizer.IsControl(FirstAdded + 1));
    }

    [Theory]
    [InlineData(null, null, "a")]
    [InlineData(true, null, "<b>|a")]
    [InlineData(true, true, "<b>|a|<e>")]
    [InlineData(false, true, "a|<e>")]
    public void Bos_and_eos_are_added_as_the_file_says(bool? addBos, bool? addEos, string expected)
    {
        var tokenizer = Tokenizer.Create(With(new SpecialTokenIds { Bos = FirstAdded, Eos = FirstAdded + 1 }, "gpt-2", addBos, addEos));
        Assert.Equal(expected, tokenizer.Texts(tokenizer.Encode("a", addSpecial: true)));
        Assert.Equal("a", tokenizer.Texts(tokenizer.Encode("a")));
    }

    [Fact]
    public void Llama_bpe_adds_bos_unless_the_file_says_no()
    {
        var ids = new SpecialTokenIds { Bos = FirstAdded };
        Assert.True(Tokenizer.Create(With(ids, "llama-bpe", null, null)).AddBos);
        Assert.False(Tokenizer.Create(With(ids, "llama-bpe", false, null)).AddBos);
        Assert.False(Tokenizer.Create(With(new SpecialTokenIds(), "llama-bpe", true, null)).AddBos);
    }

    [Fact]
    public void Generation_ends_at_tokens_known_by_their_text_and_at_eos()
    {
        var vocabulary = SyntheticVocabulary.ByteLevel("qwen2", ["a b"], ("<|im_end|>", TokenType.Normal), ("<|endoftext|>", TokenType.Control),
            ("<stop>", TokenType.Control), ("</s>", TokenType.UserDefined), ("<|im_start|>", TokenType.Control));
        var tokenizer = Tokenizer.Create(Copy(vocabulary, new SpecialTokenIds { Eos = FirstAdded + 2 }));

        Assert.Equal([FirstAdded, FirstAdded + 1, FirstAdded + 2], tokenizer.EndOfGenerationIds.Order());
        Assert.Equal(FirstAdded, tokenizer.EotId);
        Assert.True(tokenizer.IsControl(FirstAdded));
        Assert.False(tokenizer.IsEndOfGeneration(FirstAdded + 3));
    }

    [Fact]
    public void A_harmony_message_end_is_no_end_of_generation_and_its_structure_is_rendered()
    {
        string[] texts = ["<|start|>", "<|channel|>", "<|message|>", "<|end|>", "<|return|>", "<|call|>"];
        var tokenizer = Create([.. texts.Select(text => (text, TokenType.Control))]);

        Assert.Equal([FirstAdded + 4, FirstAdded + 5], tokenizer.EndOfGenerationIds.Order());
        Assert.Equal("<|start|><|channel|><|message|><|end|>", tokenizer.Decode([.. Enumerable.Range(FirstAdded, texts.Length)]));
        Assert.DoesNotContain(FirstAdded, tokenizer.Encode("<|start|>"));
    }

    private static Tokenizer Create(params (string Text, TokenType Type)[] added) =>
        Tokenizer.Create(SyntheticVocabulary.ByteLevel("gpt-2", ["< |"], added));

    private static TokenizerVocabulary With(SpecialTokenIds ids, string preTokenizer, bool? addBos, bool? addEos) =>
        Copy(SyntheticVocabulary.ByteLevel(preTokenizer, ["a b"], ("<b>", TokenType.Control), ("<e>", TokenType.Control)), ids, addBos, addEos);

    private static TokenizerVocabulary Copy(TokenizerVocabulary vocabulary, SpecialTokenIds ids, bool? addBos = null, bool? addEos = null) => new()
    {
        Model = vocabulary.Model,
        PreTokenizer = vocabulary.PreTokenizer,
        Tokens = vocabulary.Tokens,
        Types = vocabulary.Types,
        Merges = vocabulary.Merges,
        SpecialTokens = ids,
        AddBos = addBos,
        AddEos = addEos,
    };
}
