using System.Text;
using Lathe.Formats.Tokenization;

namespace Lathe.Formats.Tests.Tokenization;

public sealed class ByteLevelTests
{
    private static readonly string[] s_merges = ["l l", "h e", "he ll", "Ġ w", "o r", "hell o", "ll o", "Ġw or", "e l"];

    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("hello world", "hello|Ġwor|l|d")]
    [InlineData("hel", "he|l")]
    [InlineData("llo", "llo")]
    [InlineData("llll", "ll|ll")]
    [InlineData("é\n", "Ã|©|Ċ")]
    public void Merges_by_rank(string text, string expected)
    {
        var tokenizer = Tokenizer.Create(SyntheticVocabulary.ByteLevel("gpt-2", s_merges));
        Assert.Equal(expected, tokenizer.Texts(tokenizer.Encode(text)));
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void A_whole_piece_wins_over_merges_only_where_the_pre_tokeniser_says_so()
    {
        // "abc" is a token, but "b c" merges first and nothing joins "a" and "bc".
        string[] merges = ["b c", "a b", "ab c"];
        var merging = Tokenizer.Create(SyntheticVocabulary.ByteLevel("qwen2", merges));
        var ignoring = Tokenizer.Create(SyntheticVocabulary.ByteLevel("llama-bpe", merges));
        var tekken = Tokenizer.Create(SyntheticVocabulary.ByteLevel("tekken", merges));

        Assert.Equal("a|bc", merging.Texts(merging.Encode("abc")));
        Assert.Equal("abc", ignoring.Texts(ignoring.Encode("abc")));
        Assert.Equal("abc", tekken.Texts(tekken.Encode("abc")));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(700)]
    public void Agrees_with_merging_strings_one_by_one(int length)
    {
        var random = new Random(length);
        for (var round = 0; round < 20; round++)
        {
            var merges = RandomMerges(random);
            var tokenizer = Tokenizer.Create(SyntheticVocabulary.ByteLevel("gpt-2", merges));
            var word = string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(3))));

            Assert.Equal(MergeByStrings(word, merges), tokenizer.Texts(tokenizer.Encode(word)));
        }
    }

    [Fact]
    public void Any_bytes_come_back()
    {
        var tokenizer = Tokenizer.Create(SyntheticVocabulary.ByteLevel("llama-bpe", s_merges));
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            var bytes = new byte[random.Next(0, 50)];
            random.NextBytes(bytes);
            var tokens = new List<int>();
            tokenizer.Encode(bytes, tokens);
            Assert.Equal(bytes, tokens.SelectMany(token => tokenizer.TokenBytes(token).ToArray()));
        }
    }

    [Fact]
    public void Unpaired_surrogates_become_replacement_characters_and_nul_is_text()
    {
        var tokenizer = Tokenizer.Create(SyntheticVocabulary.ByteLevel("gpt-2", s_merges));
        Assert.Equal("a\uFFFDb\0c\uFFFD", tokenizer.Decode(tokenizer.Encode("a\uD800b\0c\uDC00")));
    }

    [Fact]
    public void Long_words_take_time_in_proportion()
    {
        // Without a queue the merges below are 10^11 steps.
        var tokenizer = Tokenizer.Create(SyntheticVocabulary.ByteLevel("gpt-2", ["a a", "aa aa", "Ġ Ġ", "ĠĠ ĠĠ"]));
        Assert.Equal(250_000, tokenizer.Encode(new string('a', 1_000_000)).Length);
        Assert.Equal(250_000, tokenizer.Encode(new string(' ', 1_000_000)).Length);
    }

    [Fact]
    public void Encoding_into_a_list_allocates_nothing_once_warm()
    {
        var tokenizer = Tokenizer.Create(SyntheticVocabulary.ByteLevel("gpt-2", s_merges));
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("hello world, unforeseeably we'll see 123\n", 200)));
        var tokens = new List<int>(text.Length);
        tokenizer.Encode(text, tokens);
        tokens.Clear();

        var before = GC.GetAllocatedBytesForCurrentThread();
        tokenizer.Encode(text, tokens);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Many_threads_share_one_tokenizer()
    {
        var tokenizer = Tokenizer.Create(SyntheticVocabulary.ByteLevel("llama-bpe", s_merges));
        var expected = tokenizer.Encode("hello world 我想 hello");
        Parallel.For(0, 500, _ => Assert.Equal(expected, tokenizer.Encode("hello world 我想 hello")));
    }

    private static string[] RandomMerges(Random random)
    {
        var tokens = new List<string> { "a", "b", "c" };
        var merges = new List<string>();
        while (merges.Count < 30)
        {
            var (left, right) = (tokens[random.Next(tokens.Count)], tokens[random.Next(tokens.Count)]);
            if (!tokens.Contains(left + right))
            {
                tokens.Add(left + right);
                merges.Add($"{left} {right}");
            }
        }

        return [.. merges];
    }

    /// <summary>The definition: join the leftmost occurrence of the most urgent pair until none is left.</summary>
    private static string MergeByStrings(string word, string[] merges)
    {
        var parts = word.Select(c => c.ToString()).ToList();
        while (true)
        {
            var ranked = Enumerable.Range(0, parts.Count - 1)
                .Select(i => (Rank: Array.IndexOf(merges, $"{parts[i]} {parts[i + 1]}"), Index: i))
                .Where(pair => pair.Rank >= 0)
                .ToArray();
            if (ranked.Length == 0)
            {
                return string.Join('|', parts);
            }

            var index = ranked.Min().Index;
            parts[index] += parts[index + 1];
            parts.RemoveAt(index + 1);
        }
    }
}
