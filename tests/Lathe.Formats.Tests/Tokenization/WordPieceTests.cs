using Lathe.Formats.Tokenization;

namespace Lathe.Formats.Tests.Tokenization;

public sealed class WordPieceTests
{
    private static readonly string[] s_tokens =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "▁un", "aff", "able", "▁cafe", "▁,", "▁我", "▁想", "▁HI", "▁hi", "▁u", "▁\u1112", "\u1161\u11AB"];

    [Theory]
    [InlineData("unaffable", "▁un|aff|able")]
    [InlineData("UNaffable,hi", "▁un|aff|able|▁,|▁hi")]
    [InlineData("Café  cafe\u0301", "▁cafe|▁cafe")]
    [InlineData("我想hi", "▁我|▁想|▁hi")]
    [InlineData("unaffablex hi", "[UNK]|▁hi")]
    [InlineData("hi\0\u200B hi\t\nhi", "▁hi|▁hi|▁hi")]
    [InlineData("Ü", "▁u")]
    [InlineData("한", "▁\u1112|\u1161\u11AB")]
    [InlineData(" ", "")]
    public void Cuts_words_into_the_longest_tokens(string text, string expected)
    {
        var tokenizer = Create();
        Assert.Equal(expected, tokenizer.Texts(tokenizer.Encode(text)));
    }

    [Fact]
    public void A_cased_model_keeps_case_and_accents()
    {
        var tokenizer = Create(lowercase: false);
        Assert.Equal("▁HI|[UNK]", tokenizer.Texts(tokenizer.Encode("HI Café")));
    }

    [Fact]
    public void A_text_stands_between_cls_and_sep()
    {
        var tokenizer = Create();
        var tokens = tokenizer.Encode("unaffable hi", addSpecial: true);
        Assert.Equal("[CLS]|▁un|aff|able|▁hi|[SEP]", tokenizer.Texts(tokens));
        Assert.Equal("unaffable hi", tokenizer.Decode(tokens));
        Assert.Equal("[CLS]|▁hi|[MASK]", tokenizer.Texts(tokenizer.Encode("[CLS] hi [MASK]", parseSpecial: true)));
    }

    [Fact]
    public void A_word_of_more_than_a_hundred_characters_is_unknown()
    {
        var tokenizer = Create();
        Assert.Equal("[UNK]", tokenizer.Texts(tokenizer.Encode("un" + string.Concat(Enumerable.Repeat("able", 25)))));
    }

    private static Tokenizer Create(bool lowercase = true) => Tokenizer.Create(new TokenizerVocabulary
    {
        Model = "bert",
        Tokens = Utf8Table.Of(s_tokens),
        Types = s_tokens.Select(token => token[0] == '[' ? TokenType.Control : TokenType.Normal).ToArray(),
        Lowercase = lowercase,
    });
}
