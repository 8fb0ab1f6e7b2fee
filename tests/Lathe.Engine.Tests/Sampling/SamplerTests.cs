using Lathe.Engine.Inference.Sampling;

namespace Lathe.Engine.Tests.Sampling;

public class SamplerTests
{
    private static readonly SamplingOptions s_everything = new() { Temperature = 1, TopK = 0, TopP = 1, MinP = 0, Seed = 7 };

    public static TheoryData<string, SamplingOptions> Chains => new()
    {
        { "everything", s_everything },
        { "temperature", s_everything with { Temperature = 0.6f } },
        { "top-k", s_everything with { TopK = 7 } },
        { "top-k beyond the vocabulary", s_everything with { TopK = 5000 } },
        { "top-p", s_everything with { TopP = 0.8f } },
        { "min-p", s_everything with { MinP = 0.2f } },
        { "top-p and min-p", s_everything with { TopP = 0.9f, MinP = 0.1f, Temperature = 1.7f } },
        { "top-k, top-p and min-p", s_everything with { TopK = 20, TopP = 0.7f, MinP = 0.02f, Temperature = 2 } },
        { "defaults", new SamplingOptions { Seed = 3 } },
        { "penalties", s_everything with { RepetitionPenalty = 1.3f, PresencePenalty = 0.4f, FrequencyPenalty = 0.2f, RepetitionWindow = 6 } },
        { "bias", s_everything with { TopK = 12, LogitBias = new Dictionary<int, float> { [3] = 4, [5] = float.NegativeInfinity, [9] = -1 } } },
    };

    [Theory]
    [MemberData(nameof(Chains))]
    public void Draws_follow_the_distribution_of_the_definition(string name, SamplingOptions options)
    {
        Assert.NotEmpty(name);
        const int Draws = 60_000;
        int[] history = [4, 4, 8, 15, 16, 23, 42, 4, 23];
        var logits = RandomLogits(60, seed: 11, scale: 1.5);
        var expected = ReferenceSampling.Probabilities(logits, options, history);
        var sampler = new Sampler(options, logits.Length);
        Array.ForEach(history, sampler.Accept);

        var counts = new int[logits.Length];
        var scratch = new float[logits.Length];
        for (var i = 0; i < Draws; i++)
        {
            logits.CopyTo(scratch, 0);
            counts[sampler.Sample(scratch)]++;
        }

        // Pearson's statistic over the tokens that can occur; one that cannot must not.
        var (statistic, cells) = (0.0, 0);
        for (var token = 0; token < counts.Length; token++)
        {
            if (expected[token] == 0)
            {
                Assert.Equal(0, counts[token]);
            }
            else if (expected[token] * Draws >= 5)
            {
                var difference = counts[token] - (expected[token] * Draws);
                statistic += difference * difference / (expected[token] * Draws);
                cells++;
            }
        }

        // Mean plus five deviations of the chi-square distribution.
        Assert.InRange(statistic, 0, cells + (5 * Math.Sqrt(2 * cells)));
    }

    [Fact]
    public void Is_greedy_where_nothing_but_the_logits_decides()
    {
        var greedy = new SamplingOptions { Temperature = 0 };
        Assert.True(new Sampler(greedy, 4).IsGreedy);
        Assert.True(new Sampler(greedy with { TopK = 2, TopP = 0.5f, Seed = 1 }, 4).IsGreedy);
        Assert.False(new Sampler(greedy with { Temperature = 0.1f }, 4).IsGreedy);
        Assert.False(new Sampler(greedy with { LogitBias = new Dictionary<int, float> { [1] = 1 } }, 4).IsGreedy);
        Assert.False(new Sampler(greedy with { RepetitionPenalty = 1.1f }, 4).IsGreedy);
        Assert.False(new Sampler(greedy with { PresencePenalty = 0.1f }, 4).IsGreedy);
        Assert.False(new Sampler(greedy with { FrequencyPenalty = 0.1f }, 4).IsGreedy);
    }

    [Fact]
    public void The_set_that_can_be_drawn_is_the_definitions_for_random_options()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var size = random.Next(1, 3000);
            var logits = RandomLogits(size, seed: round, scale: random.NextDouble() * 6);
            var options = new SamplingOptions
            {
                Temperature = 1,
                TopK = random.Next(3) == 0 ? 0 : random.Next(1, size + 10),
                TopP = random.Next(3) == 0 ? 1 : random.NextSingle(),
                MinP = random.Next(3) == 0 ? 0 : random.NextSingle() * 0.2f,
                Seed = (ulong)round,
            };
            var expected = ReferenceSampling.Probabilities(logits, options);
            var sampler = new Sampler(options, size);
            for (var draw = 0; draw < 50; draw++)
            {
                Assert.True(expected[sampler.Sample((float[])logits.Clone())] > 0, $"round {round}: {options}");
            }
        }
    }

    [Fact]
    public void The_same_seed_draws_the_same_tokens_and_reset_starts_over()
    {
        var logits = RandomLogits(500, seed: 1, scale: 1);
        var options = new SamplingOptions { Seed = 42, Temperature = 1.2f };
        var (first, second) = (new Sampler(options, 500), new Sampler(options, 500));
        var tokens = Draw(first, logits, 100);
        Assert.Equal(tokens, Draw(second, logits, 100));
        Assert.True(tokens.Distinct().Count() > 10);
        Assert.NotEqual(tokens, Draw(first, logits, 100));
        first.Reset();
        Assert.Equal(tokens, Draw(first, logits, 100));
        Assert.NotEqual(tokens, Draw(new Sampler(options with { Seed = 43 }, 500), logits, 100));
    }

    /// <summary>The sequences that seeds stand for are part of the product: these come from an independent program and must never change.</summary>
    [Fact]
    public void A_seed_means_the_same_text_in_every_version_and_on_every_machine()
    {
        var logits = Enumerable.Range(0, 2000).Select(i => ((i * 7919 % 2003) - 1000) / 250f).ToArray();
        Assert.Equal([1271, 1314, 1874, 194, 1271, 1680, 840, 1917], Draw(new Sampler(new SamplingOptions { Seed = 1 }, 2000), logits, 8));
        Assert.Equal([1400, 1035, 1142, 777, 1383, 281, 151, 756], Draw(new Sampler(s_everything with { Seed = 1 }, 2000), logits, 8));
    }

    [Fact]
    public void A_seed_of_its_own_is_reported()
    {
        var sampler = new Sampler(new SamplingOptions(), 10);
        Assert.NotEqual(sampler.Seed, new Sampler(new SamplingOptions(), 10).Seed);
        var logits = RandomLogits(10, 2, 1);
        Assert.Equal(Draw(sampler, logits, 50), Draw(new Sampler(new SamplingOptions { Seed = sampler.Seed }, 10), logits, 50));
    }

    [Theory]
    [InlineData(0, 1f)]
    [InlineData(1, 1f)]
    [InlineData(0, 0f)]
    [InlineData(10, 0f)]
    public void Ties_go_to_the_lower_token(int topK, float topP)
    {
        var sampler = new Sampler(new SamplingOptions { Temperature = topK == 0 && topP == 1 ? 0 : 1, TopK = topK, TopP = topP, MinP = 0 }, 100);
        var logits = new float[100];
        logits.AsSpan().Fill(-2);
        (logits[40], logits[41], logits[99]) = (0f, -0f, 0f);
        Assert.Equal(40, sampler.Sample(logits));
        (logits[40], logits[41]) = (-0f, 0f);
        Assert.Equal(40, sampler.Sample(logits));
    }

    [Fact]
    public void Top_k_takes_the_lower_of_equal_tokens()
    {
        var sampler = new Sampler(s_everything with { TopK = 3 }, 1000);
        var logits = new float[1000];
        logits[900] = 1;
        Assert.Equal([0, 1, 900], Draw(sampler, logits, 300).Distinct().Order());
    }

    [Theory]
    [InlineData(0f, 0, 1f, 0f)]
    [InlineData(1f, 0, 1f, 0f)]
    [InlineData(1f, 5, 1f, 0f)]
    [InlineData(1f, 0, 0.9f, 0f)]
    [InlineData(1f, 0, 1f, 0.1f)]
    public void Values_that_are_no_numbers_are_never_drawn(float temperature, int topK, float topP, float minP)
    {
        var sampler = new Sampler(new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, Seed = 1 }, 50);
        var logits = new float[50];
        for (var i = 0; i < logits.Length; i++)
        {
            logits[i] = i % 3 == 0 ? float.NaN : i % 3 == 1 ? float.NegativeInfinity : i % 2;
        }

        Assert.All(Draw(sampler, logits, 200), token => Assert.Equal(2, token % 3));
        logits[31] = float.PositiveInfinity;
        logits[33] = float.PositiveInfinity;
        Assert.All(Draw(sampler, logits, 10), token => Assert.Equal(31, token));
        logits.AsSpan().Fill(float.NaN);
        logits[7] = float.NegativeInfinity;
        var error = Assert.Throws<SamplingException>(() => sampler.Sample(logits));
        Assert.Contains("50 logits", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Top_p_of_zero_and_an_exact_boundary_keep_the_fewest()
    {
        // Probabilities 1/2, 1/4, 1/4.
        var logits = new float[] { MathF.Log(0.25f), MathF.Log(0.5f), MathF.Log(0.25f) };
        Assert.Equal([1], Draw(new Sampler(s_everything with { TopP = 0 }, 3), logits, 100).Distinct());
        Assert.Equal([1], Draw(new Sampler(s_everything with { TopP = 0.4999f }, 3), logits, 100).Distinct());
        Assert.Equal([0, 1], Draw(new Sampler(s_everything with { TopP = 0.5001f }, 3), logits, 100).Distinct().Order());
        Assert.Equal([0, 1, 2], Draw(new Sampler(s_everything with { TopP = 0.7501f }, 3), logits, 100).Distinct().Order());
    }

    [Fact]
    public void Top_p_of_a_flat_vocabulary_reaches_past_every_prefix()
    {
        var sampler = new Sampler(s_everything with { TopP = 0.5f }, 40_000);
        var tokens = Draw(sampler, new float[40_000], 100);
        Assert.All(tokens, token => Assert.InRange(token, 0, 19_999));
        Assert.Contains(tokens, token => token > 17_000);
    }

    [Fact]
    public void Penalties_follow_their_formulas_and_the_window_slides()
    {
        var options = SamplingOptions.Greedy with { RepetitionPenalty = 2, PresencePenalty = 0.5f, FrequencyPenalty = 0.25f, RepetitionWindow = 3 };
        var sampler = new Sampler(options, 4);
        foreach (var token in (int[])[0, 1, 2, 2])
        {
            sampler.Accept(token);
        }

        var logits = new float[] { 1, -1, 3, 0.5f };
        Assert.Equal(0, sampler.Sample(logits));
        Assert.Equal([1, -2 - 0.75f, 1.5f - 1, 0.5f], logits);
        sampler.Reset();
        logits = [1, -1, 3, 0.5f];
        sampler.Sample(logits);
        Assert.Equal([1, -1, 3, 0.5f], logits);
    }

    [Theory]
    [MemberData(nameof(Chains))]
    public void A_call_allocates_nothing(string name, SamplingOptions options)
    {
        var sampler = new Sampler(options, 5000 + name.Length);
        var logits = RandomLogits(sampler.VocabularySize, seed: 4, scale: 0.1);
        var scratch = new float[logits.Length];
        Round(sampler, logits, scratch, 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Round(sampler, logits, scratch, 100);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Calls_that_do_not_fit_the_vocabulary_are_refused()
    {
        var sampler = new Sampler(new SamplingOptions(), 10);
        Assert.Throws<ArgumentException>(() => sampler.Sample(new float[11]));
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Accept(10));
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Accept(-1));
        Assert.Throws<SamplingException>(() => new Sampler(new SamplingOptions { LogitBias = new Dictionary<int, float> { [10] = 1 } }, 10));
    }

    private static void Round(Sampler sampler, float[] logits, float[] scratch, int count)
    {
        for (var i = 0; i < count; i++)
        {
            logits.CopyTo(scratch, 0);
            sampler.Accept(sampler.Sample(scratch));
        }
    }

    private static int[] Draw(Sampler sampler, float[] logits, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => sampler.Sample((float[])logits.Clone()))];

    private static float[] RandomLogits(int count, int seed, double scale)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(((random.NextDouble() * 2) - 1 + (random.NextDouble() * 2) - 1) * scale))];
    }
}
