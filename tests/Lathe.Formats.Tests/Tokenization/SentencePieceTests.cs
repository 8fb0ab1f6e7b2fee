using Lathe.Formats.Tokenization;

namespace Lathe.Formats.Tests.Tokenization;

public sealed class SentencePieceTests
{
    private static readonly (string, float, TokenType)[] s_tokens =
    [
        ("▁", -20, TokenType.Normal), ("a", -21, TokenType.Normal), ("b", -22, TokenType.Normal), ("▁a", -2, TokenType.Normal),
        ("ab", -1, TokenType.Normal), ("▁ab", -3, TokenType.Normal), ("▁▁", -4, TokenType.Normal), ("éé", -5, TokenType.Normal),
    ];

    [Theory]
    [InlineData(null, "ab", "▁ab")]
    [InlineData(true, " ab", "▁|▁ab")]
    [InlineData(false, "ab", "ab")]
    [InlineData(false, " ab a", "▁ab|▁a")]
    [InlineData(false, "b   b", "b|▁▁|▁|b")]
    // Two characters that are a token only together, and one that is none: its bytes.
    [InlineData(false, "aééé", "a|éé|<0xC3>|<0xA9>")]
    [InlineData(false, "日\n", "<0xE6>|<0x97>|<0xA5>|<0x0A>")]
    public void Merges_by_score_and_falls_back_to_bytes(bool? addSpacePrefix, string text, string expected)
    {
        var tokenizer = Tokenizer.Create(SyntheticVocabulary.SentencePiece(addSpacePrefix, s_tokens));
        Assert.Equal(expected, tokenizer.Texts(tokenizer.Encode(text)));
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, addSpecial: true)));
    }

    [Fact]
    public void The_space_prefix_follows_special_tokens_too()
    {
        var tokenizer = Tokenizer.Create(SyntheticVocabulary.SentencePiece(true, s_tokens));
        Assert.Equal("<s>|▁a|</s>|▁ab", tokenizer.Texts(tokenizer.Encode("a</s>ab", addSpecial: true, parseSpecial: true)));
    }

    [Fact]
    public void Control_and_byte_tokens_are_not_read_from_plain_text()
    {
        (string, float, TokenType)[] spelled = [.. "<s>0x41".Distinct().Select(c => (c.ToString(), -9f, TokenType.Normal)), ("<s", -1, TokenType.Normal),
            ("<0", -1, TokenType.Normal), ("<0x", -1, TokenType.Normal), ("<0x4", -1, TokenType.Normal), ("<0x41", -1, TokenType.Normal)];
        var tokenizer = Tokenizer.Create(SyntheticVocabulary.SentencePiece(false, spelled));

        Assert.Equal("<s|>", tokenizer.Texts(tokenizer.Encode("<s>")));
        Assert.Equal("<0x41|>", tokenizer.Texts(tokenizer.Encode("<0x41>")));
        Assert.Equal("A", tokenizer.Decode([3 + 0x41]));
    }

    [Fact]
    public void A_vocabulary_without_byte_tokens_says_unknown_once_per_character()
    {
        var vocabulary = new TokenizerVocabulary { Model = "llama", Tokens = Utf8Table.Of("<unk>", "<s>", "</s>", "a"), Scores = new float[4] };
        var tokenizer = Tokenizer.Create(vocabulary);
        Assert.Equal([3, 0, 3], tokenizer.Encode("a日a")[1..]);
    }

    [Theory]
    [InlineData(12, true)]
    [InlineData(300, true)]
    [InlineData(12, false)]
    [InlineData(300, false)]
    public void Agrees_with_merging_strings_one_by_one(int length, bool spacesInside)
    {
        var random = new Random(length);
        for (var round = 0; round < 20; round++)
        {
            var tokens = RandomTokens(random, spacesInside);
            var tokenizer = Tokenizer.Create(SyntheticVocabulary.SentencePiece(false, tokens));
            var text = string.Concat(Enumerable.Range(0, length).Select(_ => "aab "[random.Next(4)]));

            Assert.Equal(MergeByStrings(text.Replace(' ', '▁'), tokens), tokenizer.Texts(tokenizer.Encode(text)));
        }
    }

    private static (string Text, float Score, TokenType Type)[] RandomTokens(Random random, bool spacesInside)
    {
        var tokens = new HashSet<string> { "a", "b", "▁" };
        while (tokens.Count < 25)
        {
            var token = tokens.ElementAt(random.Next(tokens.Count)) + tokens.ElementAt(random.Next(tokens.Count));
            if (spacesInside || !token.TrimStart('▁').Contains('▁'))
            {
                tokens.Add(token);
            }
        }

        return [.. tokens.Select(token => (token, -(float)random.Next(15), TokenType.Normal))];
    }

    /// <summary>The definition: join the neighbours that make the token with the highest score, the leftmost of equals, until none do.</summary>
    private static string MergeByStrings(string text, (string Text, float Score, TokenType Type)[] tokens)
    {
        var scores = tokens.ToDictionary(token => token.Text, token => token.Score);
        var parts = text.Select(c => c.ToString()).ToList();
        while (true)
        {
            var pairs = Enumerable.Range(0, parts.Count - 1)
                .Where(i => scores.ContainsKey(parts[i] + parts[i + 1]))
                .Select(i => (Cost: -scores[parts[i] + parts[i + 1]], Index: i))
                .ToArray();
            if (pairs.Length == 0)
            {
                return string.Join('|', parts);
            }

            var index = pairs.Min().Index;
            parts[index] += parts[index + 1];
            parts.RemoveAt(index + 1);
        }
    }
}
