using System.Text;
using Lathe.Formats.Tokenization;

namespace Lathe.Formats.Tests.Tokenization;

/// <summary>One token per byte (ids are in the order of bytes), so that every character is torn.</summary>
public sealed class StreamingDecoderTests
{
    private static readonly Tokenizer s_tokenizer = Tokenizer.Create(SyntheticVocabulary.ByteLevel("gpt-2", ["a b"], ("<go>", TokenType.Control)));

    [Fact]
    public void A_character_appears_with_its_last_byte()
    {
        var decoder = new StreamingDecoder(s_tokenizer);
        var parts = Encoding.UTF8.GetBytes("aé我😀").Select(value => decoder.Append(value)).ToArray();
        Assert.Equal(["a", "", "é", "", "", "我", "", "", "", "😀"], parts);
        Assert.Equal("", decoder.Flush());
    }

    [Theory]
    [InlineData(new byte[] { 0xE6, 0x88 })]
    [InlineData(new byte[] { (byte)'a', 0xF0, 0x9F, 0x98 })]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x41, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xC0, 0xAF, 0xED, 0xA0, 0x80, 0xFF })]
    public void Invalid_bytes_become_what_the_runtimes_decoder_makes_of_them(byte[] bytes)
    {
        Assert.Equal(Encoding.UTF8.GetString(bytes), Stream(bytes));
    }

    [Fact]
    public void Random_bytes_decode_as_a_whole_and_as_a_stream_alike()
    {
        var random = new Random(5);
        byte[] interesting = [0x41, 0x80, 0x9F, 0xBF, 0xC3, 0xE2, 0xED, 0xF0, 0xF4, 0xFF];
        for (var i = 0; i < 2000; i++)
        {
            var bytes = Enumerable.Range(0, random.Next(1, 12)).Select(_ => interesting[random.Next(interesting.Length)]).ToArray();
            Assert.Equal(Encoding.UTF8.GetString(bytes), Stream(bytes));
        }
    }

    [Fact]
    public void Control_tokens_appear_only_when_rendered()
    {
        Assert.Equal("", new StreamingDecoder(s_tokenizer).Append(257));
        Assert.Equal("<go>", new StreamingDecoder(s_tokenizer, renderSpecial: true).Append(257));
    }

    [Fact]
    public void A_token_without_text_allocates_nothing()
    {
        var decoder = new StreamingDecoder(s_tokenizer);
        decoder.Append(0xE6);
        decoder.Append('a');
        var before = GC.GetAllocatedBytesForCurrentThread();
        decoder.Append(0xE6);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void An_id_out_of_range_is_refused()
    {
        var decoder = new StreamingDecoder(s_tokenizer);
        Assert.Contains("-1", Assert.Throws<TokenizerException>(() => decoder.Append(-1)).Message);
        Assert.Contains("0 to 257", Assert.Throws<TokenizerException>(() => decoder.Append(258)).Message);
    }

    private static string Stream(byte[] bytes)
    {
        var decoder = new StreamingDecoder(s_tokenizer);
        return string.Concat(bytes.Select(value => decoder.Append(value))) + decoder.Flush();
    }
}
