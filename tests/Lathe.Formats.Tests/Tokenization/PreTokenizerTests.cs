using System.Text;
using System.Text.RegularExpressions;
using Lathe.Formats.Tokenization;
using Lathe.Formats.Tokenization.PreTokenizers;

namespace Lathe.Formats.Tests.Tokenization;

/// <summary>What the published regular expressions cut, worked out by hand and, on text of 16-bit characters, by the runtime's own engine.</summary>
public sealed partial class PreTokenizerTests
{
    /// <summary>One name per definition: aliases share the rules.</summary>
    public static TheoryData<string> Names => [.. PreTokenizerCatalog.Names.DistinctBy(PreTokenizerCatalog.Find)];

    // Contractions, letters, digits, punctuation, and spaces that go with the next word.
    [Theory]
    [InlineData("gpt-2", "I'll go,  don't 'RE 1234!", "I|'ll| go|,| | don|'t| '|RE| 1234|!")]
    [InlineData("llama-bpe", "I'll go,  don't 'RE 1234!", "I|'ll| go|,| | don|'t| '|RE| |123|4|!")]
    [InlineData("qwen2", "I'll go 1234 a1b", "I|'ll| go| |1|2|3|4| a|1|b")]
    [InlineData("llama-bpe", "(hello)!!\n\n x", "(hello|)!!\n\n| x")]
    [InlineData("gpt-2", "(hello)!!\n\n x", "(|hello|)!!|\n\n| x")]
    [InlineData("gpt-2", "a\n\n\n b \t\nc  ", "a|\n\n\n| b| \t|\n|c|  ")]
    [InlineData("llama-bpe", "a\n\n\n b \t\nc  ", "a|\n\n\n| b| \t\n|c|  ")]
    [InlineData("llama-bpe", "   indented\ttab", "  | indented|\ttab")]
    // Letters beyond the basic plane are letters: Deseret, an ideograph of plane 2, mathematical letters.
    [InlineData("gpt-2", "x𐐀𐐨 𠀀𠀁!𝒳y", "x𐐀𐐨| 𠀀𠀁|!|𝒳y")]
    [InlineData("llama-bpe", "𐐀𐐨😀𠀀", "𐐀𐐨|😀𠀀")]
    [InlineData("qwen2", "𝟏𝟐😀😀 😀", "𝟏|𝟐|😀😀| 😀")]
    [InlineData("gpt-2", "我想在apple工作１２天～", "我想在apple工作|１２|天|～")]
    [InlineData("llama-bpe", "我想，1314151天～", "我想|，|131|415|1|天|～")]
    // Case changes begin words; the contraction belongs to the word; a slash may follow punctuation.
    [InlineData("gpt-4o", "fooBarBAZqux it's HTTPServer", "foo|Bar|BAZqux| it's| HTTPServer")]
    [InlineData("gpt-4o", "WE'LL see://\n/x 12345", "WE'LL| see|://\n/|x| |123|45")]
    [InlineData("tekken", "it's fooBar 12", "it|'s| foo|Bar| |1|2")]
    [InlineData("gpt-4o", "日本語Text éa", "日本語Text| éa")]
    [InlineData("gpt-4o", "𐐀𐐨𐐀", "𐐀𐐨|𐐀")]
    [InlineData("deepseek-llm", "Hello, world\r\n 12 我想a  ", "Hello|,| world|\r|\n| |12| |我想|a|  ")]
    [InlineData("deepseek-llm", "a  b", "a| | b")]
    [InlineData("deepseek-coder", "x = 12;\n我", "x| = |1|2|;|\n|我")]
    [InlineData("deepseek-v3", "12345 foo_bar 日本語のText !!\n .x é", "123|45| foo|_bar| |日本語の|Text| !!\n| .|x| é")]
    [InlineData("joyai-llm", "_bar1", "_bar|1")]
    [InlineData("smollm", "a12 3b'll", "a|1|2| |3|b|'ll")]
    [InlineData("starcoder", "x12", "x|1|2")]
    [InlineData("command-r", "x12", "x|1|2")]
    [InlineData("refact", "x12", "x|1|2")]
    [InlineData("mpt", "x12 y", "x|12| y")]
    [InlineData("falcon", "it's $1234,567 ok", "it|'|s| |$|123|4|,|567| ok")]
    [InlineData("viking", "Hei, maailma12", "Hei|,| maailma|1|2")]
    public void Cuts_as_published(string name, string text, string expected)
    {
        Assert.Equal(expected, string.Join('|', Split(new PreTokenizer(PreTokenizerCatalog.Find(name)), Encoding.UTF8.GetBytes(text)).Select(Encoding.UTF8.GetString)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Agrees_with_the_runtimes_engine_on_16_bit_text(string name)
    {
        var definition = PreTokenizerCatalog.Find(name);
        var stages = definition.Patterns.Select(ToRuntimePattern).Select(pattern => new Regex(pattern, RegexOptions.CultureInvariant)).ToArray();
        string[] alphabet = ["a", "B", "z", "é", "ʰ", "ǅ", "日", "の", "한", "\u0301", "1", "٣", "½", " ", "  ", "\u00A0", "\t", "\n", "\r", "\r\n",
            "'", "'s", "'LL", "'Ve", ".", ",", "_", "$", "+", "|", "(", "/", "～", "。", "\u200B", "\0", "ab", " the", "123"];
        var random = new Random(name.Length);
        var preTokenizer = new PreTokenizer(definition);
        for (var i = 0; i < 2000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var expected = stages.Aggregate<Regex, IEnumerable<string>>([text], (pieces, stage) => pieces.SelectMany(piece => SplitByRuntime(stage, piece)));
            Assert.Equal(Show(expected), Show(Split(preTokenizer, Encoding.UTF8.GetBytes(text)).Select(Encoding.UTF8.GetString)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tiles_any_bytes(string name)
    {
        var random = new Random(7);
        var preTokenizer = new PreTokenizer(PreTokenizerCatalog.Find(name));
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[random.Next(0, 40)];
            random.NextBytes(bytes);
            var pieces = Split(preTokenizer, bytes);
            Assert.All(pieces, Assert.NotEmpty);
            Assert.Equal(bytes, pieces.SelectMany(piece => piece));
        }
    }

    [Theory]
    [InlineData("deepseek-llm")]
    [InlineData("llama-bpe")]
    [InlineData("gpt-4o")]
    public void Long_runs_of_spaces_before_a_letter_take_linear_time(string name)
    {
        // Quadratic work would be 10^12 steps.
        var text = new byte[1_000_001];
        text.AsSpan().Fill((byte)' ');
        text[^1] = (byte)'x';

        Assert.Equal([999_999, 1_000_001], Ends(new PreTokenizer(PreTokenizerCatalog.Find(name)), text));
    }

    [Fact]
    public void An_unknown_name_is_refused_with_the_known_ones()
    {
        var error = Assert.Throws<TokenizerException>(() => PreTokenizerCatalog.Find("gpt-9"));
        Assert.Contains("'gpt-9'", error.Message);
        Assert.All(["gpt-2", "llama-bpe", "qwen2", "gpt-4o", "joyai-llm"], name => Assert.Contains(name, error.Message));
    }

    [Fact]
    public void No_name_is_in_the_table_twice()
    {
        Assert.Equal(PreTokenizerCatalog.Names.Distinct(), PreTokenizerCatalog.Names);
    }

    private static List<int> Ends(PreTokenizer preTokenizer, byte[] text)
    {
        var ends = new List<int>();
        preTokenizer.Split(text, ends, []);
        return ends;
    }

    private static List<byte[]> Split(PreTokenizer preTokenizer, byte[] text)
    {
        var ends = Ends(preTokenizer, text);
        return [.. ends.Select((end, i) => text[(i == 0 ? 0 : ends[i - 1])..end])];
    }

    private static IEnumerable<string> SplitByRuntime(Regex stage, string text)
    {
        var position = 0;
        foreach (Match match in stage.Matches(text))
        {
            if (match.Index > position)
            {
                yield return text[position..match.Index];
            }

            yield return match.Value;
            position = match.Index + match.Length;
        }

        if (position < text.Length)
        {
            yield return text[position..];
        }
    }

    /// <summary>Ranges beyond the basic plane have no counterpart; `$` also matches before a last line feed there, `\z` does not.</summary>
    private static string ToRuntimePattern(string pattern)
    {
        pattern = WideRange().Replace(pattern, "");
        return Escape().Replace(pattern, match => $"\\u{int.Parse(match.Groups[1].Value, System.Globalization.NumberStyles.HexNumber):X4}")
            .Replace(@"\s+$", @"\s+\z");
    }

    private static string Show(IEnumerable<string> pieces) => string.Join('|', pieces.Select(Uri.EscapeDataString));

    [GeneratedRegex(@"\\u\{1[0-9A-F]{4}\}-\\u\{1[0-9A-F]{4}\}")]
    private static partial Regex WideRange();

    [GeneratedRegex(@"\\u\{([0-9A-F]+)\}")]
    private static partial Regex Escape();
}
