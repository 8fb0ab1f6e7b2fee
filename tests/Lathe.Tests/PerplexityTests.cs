using Lathe.Tests.Shared;

namespace Lathe.Tests;

/// <summary>The built-in model against the perplexities that another engine measured on the same files.</summary>
public sealed class PerplexityTests(ITestOutputHelper output)
{
    private const int ChunkTokens = 512;

    // Tokens of the first half only give context; the last token of a chunk predicts nothing in it.
    private const int FirstScored = ChunkTokens / 2;

    [Fact]
    public void Of_the_q8_0_model() => Check(Repository.TalesModel, 23.326);

    [Fact]
    public void Of_the_f16_model()
    {
        var path = Repository.Shared("models", "lathe-tales-29m-f16.gguf");
        Assert.SkipWhen(path is null, "the F16 model is not part of the repository: it is looked for in ../shared/models");
        Check(path!, 23.286);
    }

    private void Check(string path, double expected)
    {
        using var model = LatheModel.Load(path);
        var perplexity = Perplexity(model, File.ReadAllText(Path.Combine(Repository.Root, "models", "eval-alice.txt")));
        output.WriteLine($"{Path.GetFileName(path)}: {perplexity:F4}, expected {expected:F3}");
        Assert.Equal(expected, perplexity, expected * 0.002);
    }

    /// <summary>exp of the mean of -log p over the second halves of all whole chunks, each computed by itself after BOS.</summary>
    private static double Perplexity(LatheModel model, string text)
    {
        var tokens = model.Tokenizer.Encode(text, addSpecial: true);
        var sum = 0.0;
        var scored = 0;
        for (var start = 0; start + ChunkTokens <= tokens.Length; start += ChunkTokens)
        {
            var chunk = tokens.AsMemory(start, ChunkTokens);
            chunk.Span[0] = model.Tokenizer.BosId!.Value;
            using var session = model.CreateSession();
            session.Append(chunk[..FirstScored]);
            session.Append(chunk[FirstScored..^1], (position, logits) =>
            {
                sum += NegativeLogProbability(logits, chunk.Span[position + 1]);
                scored++;
            });
        }

        Assert.Equal(tokens.Length / ChunkTokens * (FirstScored - 1), scored);
        return Math.Exp(sum / scored);
    }

    private static double NegativeLogProbability(ReadOnlySpan<float> logits, int token)
    {
        var highest = float.NegativeInfinity;
        foreach (var logit in logits)
        {
            highest = Math.Max(highest, logit);
        }

        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp((double)logit - highest);
        }

        return highest + Math.Log(sum) - logits[token];
    }
}
