using Lathe.Engine.Drift;
using Lathe.Engine.Inference;
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

    /// <summary>The library against arithmetic of the test's own, chunk by chunk in sessions of their own.</summary>
    [Fact]
    public void Is_the_same_by_hand_and_however_many_chunks_go_together()
    {
        using var model = LatheModel.Load(Repository.TalesModel);
        var tokens = model.Tokenizer.Encode(Text(), addSpecial: true);
        Assert.Equal(ByHand(model, tokens.AsSpan(0, 3 * ChunkTokens).ToArray()), Score(model, tokens, ChunkTokens, 3).Value, 1e-3);

        // Chunks of 128 are computed four together, the last one of nine alone.
        var together = Score(model, tokens, 128, 9);
        var apart = Enumerable.Range(0, 9).Select(chunk => Score(model, tokens[(128 * chunk)..], 128, 1)).ToList();
        Assert.Equal(9 * 63, together.Tokens);
        Assert.Equal(apart.Average(chunk => chunk.MeanNegativeLog), together.MeanNegativeLog, 1e-4);
    }

    private static string Text() => File.ReadAllText(Path.Combine(Repository.Root, "models", "eval-alice.txt"));

    private static Perplexity Score(LatheModel model, int[] tokens, int chunkTokens, int? chunks)
    {
        var text = new ScoredText(tokens, chunkTokens, model.Tokenizer.BosId, chunks);
        using var runtime = new ModelRuntime(model.Runtime.Model, model.Backend, text.Fit(new RuntimeOptions()));
        var perplexity = new Perplexity();
        text.Score(runtime, (token, logits) => perplexity.Add(LogProbabilities.Normalizer(logits) - logits[token]));
        return perplexity;
    }

    private void Check(string path, double expected)
    {
        using var model = LatheModel.Load(path);
        var tokens = model.Tokenizer.Encode(Text(), addSpecial: true);
        var perplexity = Score(model, tokens, ChunkTokens, chunks: null);
        output.WriteLine($"{Path.GetFileName(path)}: {perplexity.Value:F4} ± {perplexity.Error:F4}, expected {expected:F3}");
        Assert.Equal(tokens.Length / ChunkTokens * (FirstScored - 1), perplexity.Tokens);
        Assert.Equal(expected, perplexity.Value, expected * 0.002);
    }

    /// <summary>exp of the mean of -log p over the second halves of all whole chunks, each computed by itself after BOS.</summary>
    private static double ByHand(LatheModel model, int[] tokens)
    {
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
                var (token, total) = (chunk.Span[position + 1], 0.0);
                foreach (var logit in logits)
                {
                    total += Math.Exp((double)logit - logits[token]);
                }

                sum += Math.Log(total);
                scored++;
            });
        }

        return Math.Exp(sum / scored);
    }
}
