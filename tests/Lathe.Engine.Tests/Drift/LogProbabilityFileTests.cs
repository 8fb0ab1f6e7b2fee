using Lathe.Engine.Drift;

namespace Lathe.Engine.Tests.Drift;

public sealed class LogProbabilityFileTests
{
    private const int Vocabulary = 7;
    private const int ChunkTokens = 4;

    private static readonly int[] s_tokens = [1, 2, 3, 4, 1, 5, 6, 0];
    private static readonly byte[] s_hash = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    // A chunk of 4 tokens scores the token behind place 2: one row.
    private static readonly float[][] s_logits = [[1, 2, 3, 4, 5, 6, 7], [0.5f, -3, 0, 2, 2, 1, -1]];

    [Fact]
    public void What_was_written_is_read()
    {
        using var reader = Open(Write());
        Assert.Equal(s_tokens, reader.Header.Tokens);
        Assert.Equal(s_hash, reader.Header.ModelHash);
        Assert.Equal((Vocabulary, ChunkTokens), (reader.Header.Vocabulary, reader.Header.ChunkTokens));
        foreach (var logits in s_logits)
        {
            var sum = logits.Sum(logit => Math.Exp(logit));
            Assert.Equal(logits.Select(logit => (float)Math.Log(Math.Exp(logit) / sum)), reader.Read().ToArray(), (expected, actual) => Math.Abs(expected - actual) < 1e-6);
        }

        Assert.Throws<LogProbabilityException>(() => { reader.Read(); });
    }

    [Fact]
    public void A_file_of_any_other_length_is_refused_in_one_sentence()
    {
        var whole = Write();
        for (var length = 0; length < whole.Length; length++)
        {
            AssertSentence(whole[..length]);
        }

        AssertSentence([.. whole, 0]);
    }

    [Fact]
    public void Numbers_that_cannot_be_are_refused_before_anything_of_their_size_is_allocated()
    {
        // Version, vocabulary, tokens of a chunk, chunks.
        foreach (var offset in new[] { 8, 12, 16, 20 })
        {
            foreach (var value in new[] { int.MinValue, -1, 0, 3, 1 << 20, 1 << 24, int.MaxValue })
            {
                var file = Write();
                BitConverter.TryWriteBytes(file.AsSpan(offset), value);
                var before = GC.GetAllocatedBytesForCurrentThread();
                AssertSentence(file);
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
            }
        }

        var outside = Write();
        BitConverter.TryWriteBytes(outside.AsSpan(24 + 32 + 4), Vocabulary);
        AssertSentence(outside);
        AssertSentence("GGUF.............................................................."u8.ToArray());
    }

    private static byte[] Write()
    {
        var stream = new MemoryStream();
        using (var writer = new LogProbabilityWriter(stream, new LogProbabilityHeader(s_hash, Vocabulary, ChunkTokens, s_tokens)))
        {
            foreach (var logits in s_logits)
            {
                writer.Write(logits);
            }
        }

        return stream.ToArray();
    }

    private static LogProbabilityReader Open(byte[] file) => new(new MemoryStream(file), "base.lp");

    private static void AssertSentence(byte[] file)
    {
        var message = Assert.Throws<LogProbabilityException>(() => Open(file)).Message;
        Assert.StartsWith("base.lp ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
