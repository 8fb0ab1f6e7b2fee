using System.Diagnostics;
using Lathe.Engine.Inference;
using Lathe.Engine.Inference.Sampling;
using Lathe.Tests.Shared;

namespace Lathe.Tests;

public sealed class LatheModelTests(TalesModel tales) : IClassFixture<TalesModel>
{
    private static readonly GenerationOptions s_drawn = new() { MaxTokens = 30, Sampling = new SamplingOptions { Temperature = 1, Seed = 7 } };

    [Fact]
    public async Task The_same_seed_makes_the_same_text_and_another_one_another()
    {
        var first = await Read(s_drawn);
        Assert.Equal(first, await Read(s_drawn));
        Assert.NotEqual(first, await Read(s_drawn with { Sampling = s_drawn.Sampling with { Seed = 8 } }));
    }

    [Fact]
    public async Task The_text_comes_in_pieces_as_it_is_made()
    {
        var pieces = new List<string>();
        await foreach (var piece in tales.Model.GenerateAsync(TalesModel.Prompt, TalesModel.Greedy(20)))
        {
            pieces.Add(piece);
        }

        Assert.InRange(pieces.Count, 10, 20);
        Assert.All(pieces, Assert.NotEmpty);
    }

    [Fact]
    public async Task Greedy_text_is_the_likeliest_token_at_every_step()
    {
        using var session = tales.Model.CreateSession();
        session.Append(tales.PromptTokens);
        var tokens = new List<int>();
        while (tokens.Count < 40)
        {
            var best = 0;
            for (var token = 1; token < session.Logits.Length; token++)
            {
                best = session.Logits[token] > session.Logits[best] ? token : best;
            }

            tokens.Add(best);
            session.Append(best);
        }

        Assert.DoesNotContain(tokens, tales.Model.Tokenizer.IsEndOfGeneration);
        Assert.Equal(tales.Model.Tokenizer.Decode([.. tokens]), await Read(TalesModel.Greedy(40)));
    }

    [Fact]
    public void A_stop_string_ends_the_text_wherever_tokens_are_cut()
    {
        var (full, _) = tales.Run(tales.PromptTokens, TalesModel.Greedy(40));
        for (var start = 5; start < 45; start += 3)
        {
            // Seven characters in a row: most of them lie across tokens.
            var stop = full.Substring(start, 7);
            var (cut, generation) = tales.Run(tales.PromptTokens, TalesModel.Greedy(40) with { StopStrings = ["never said", stop] });
            Assert.Equal(full[..full.IndexOf(stop, StringComparison.Ordinal)], cut);
            Assert.Equal(FinishReason.StopString, generation.Finish);
            Assert.True(generation.Statistics.GeneratedTokens < 40);
        }
    }

    [Fact]
    public void The_beginning_of_a_stop_string_is_handed_out_at_the_end_if_it_was_none()
    {
        var (full, _) = tales.Run(tales.PromptTokens, TalesModel.Greedy(12));
        var (held, generation) = tales.Run(tales.PromptTokens, TalesModel.Greedy(12) with { StopStrings = [full[^4..] + "\0"] });
        Assert.Equal(full, held);
        Assert.Equal(FinishReason.TokenLimit, generation.Finish);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    public void The_token_limit_is_kept(int limit)
    {
        var (text, generation) = tales.Run(tales.PromptTokens, TalesModel.Greedy(limit));
        Assert.Equal(limit, generation.Statistics.GeneratedTokens);
        Assert.Equal(limit == 0, text.Length == 0);
        Assert.Equal(FinishReason.TokenLimit, generation.Finish);
        Assert.False(generation.Next());
    }

    [Fact]
    public void A_limit_below_zero_and_an_empty_prompt_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => tales.Run(tales.PromptTokens, TalesModel.Greedy(-1)));
        Assert.Throws<ArgumentException>(() => tales.Run(Array.Empty<int>(), TalesModel.Greedy(1)));
    }

    [Fact]
    public void A_token_that_ends_generation_ends_it_and_is_no_text()
    {
        Assert.NotEmpty(tales.Model.Tokenizer.EndOfGenerationIds);
        foreach (var end in tales.Model.Tokenizer.EndOfGenerationIds)
        {
            var options = TalesModel.Greedy(5) with { Sampling = SamplingOptions.Greedy with { LogitBias = new Dictionary<int, float> { [end] = 1000 } } };
            var (text, generation) = tales.Run(tales.PromptTokens, options);
            Assert.Equal("", text);
            Assert.Equal(FinishReason.EndOfGeneration, generation.Finish);
            Assert.Equal(1, generation.Statistics.GeneratedTokens);

            (_, generation) = tales.Run(tales.PromptTokens, options with { IgnoreEndOfGeneration = true });
            Assert.Equal(FinishReason.TokenLimit, generation.Finish);
            Assert.Equal(5, generation.Statistics.GeneratedTokens);
        }
    }

    [Fact]
    public void A_full_context_ends_the_text_and_a_longer_prompt_is_refused()
    {
        using var model = LatheModel.Load(Repository.TalesModel, new LatheOptions { ContextLength = 20 });
        using var session = model.CreateSession();
        var prompt = tales.PromptTokens;
        var generation = new TextGeneration(model, session, prompt, new GenerationOptions { Sampling = SamplingOptions.Greedy, IgnoreEndOfGeneration = true });
        var text = TalesModel.ReadAll(generation);
        Assert.Equal(FinishReason.ContextFull, generation.Finish);
        Assert.Equal(20, session.Length);

        // The last token is drawn from a full context and needs no room itself.
        Assert.Equal(20 - prompt.Length + 1, generation.Statistics.GeneratedTokens);
        Assert.Equal(tales.Run(prompt, TalesModel.Greedy(20 - prompt.Length + 1)).Text, text);

        var tooLong = new TextGeneration(model, session, Enumerable.Repeat(prompt[^1], 21).ToArray(), new GenerationOptions());
        Assert.Throws<ContextExceededException>(() => tooLong.Next());
    }

    [Fact]
    public async Task A_cancelled_text_leaves_the_model_usable()
    {
        var expected = await Read(TalesModel.Greedy(25));
        using var cancellation = new CancellationTokenSource();
        var pieces = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in tales.Model.GenerateAsync(TalesModel.Prompt, TalesModel.Greedy(25), cancellation.Token))
            {
                if (++pieces == 4)
                {
                    await cancellation.CancelAsync();
                }
            }
        });
        Assert.Equal(4, pieces);
        Assert.Equal(expected, await Read(TalesModel.Greedy(25)));
    }

    [Fact]
    public void A_cancelled_generation_goes_on_where_it_was()
    {
        var (expected, _) = tales.Run(tales.PromptTokens, TalesModel.Greedy(20));
        using var session = tales.Model.CreateSession();
        var generation = new TextGeneration(tales.Model, session, tales.PromptTokens, TalesModel.Greedy(20));
        var text = "";
        for (var step = 0; step < 6; step++)
        {
            Assert.Throws<OperationCanceledException>(() => generation.Next(new CancellationToken(canceled: true)));
            Assert.True(generation.Next());
            text += generation.Text;
        }

        Assert.Equal(expected, text + TalesModel.ReadAll(generation));
    }

    [Fact]
    public async Task The_rest_of_a_text_need_not_be_read()
    {
        await foreach (var _ in tales.Model.GenerateAsync(TalesModel.Prompt, TalesModel.Greedy(25)))
        {
            break;
        }

        Assert.NotEmpty(await Read(TalesModel.Greedy(5)));
        Assert.Equal(0, tales.Model.Runtime.Pool.PagesInUse);
    }

    [Fact]
    public void The_statistics_add_up()
    {
        using var session = tales.Model.CreateSession();
        var watch = Stopwatch.StartNew();
        var first = new TextGeneration(tales.Model, session, tales.PromptTokens, TalesModel.Greedy(10));
        TalesModel.ReadAll(first);
        var statistics = first.Statistics;
        Assert.True(statistics.PromptTime + statistics.GenerationTime <= watch.Elapsed);
        Assert.True(statistics.PromptTime > TimeSpan.Zero && statistics.GenerationTime > TimeSpan.Zero);
        Assert.Equal((tales.PromptTokens.Length, 0, 10), (statistics.PromptTokens, statistics.ReusedTokens, statistics.GeneratedTokens));
        Assert.Equal(tales.PromptTokens.Length / statistics.PromptTime.TotalSeconds, statistics.PromptTokensPerSecond, 6);
        Assert.Equal(9 / statistics.GenerationTime.TotalSeconds, statistics.TokensPerSecond, 6);
        Assert.Equal(statistics, first.Statistics);

        // The last token that was drawn has not been computed: it is new in the longer prompt.
        var held = session.Length;
        Assert.Equal(tales.PromptTokens.Length + 9, held);
        int[] longer = [.. session.Tokens, 11, 12, 13];
        var second = new TextGeneration(tales.Model, session, longer, TalesModel.Greedy(3));
        TalesModel.ReadAll(second);
        Assert.Equal((held + 3, held, 3), (second.Statistics.PromptTokens, second.Statistics.ReusedTokens, second.Statistics.GeneratedTokens));
    }

    private async Task<string> Read(GenerationOptions options)
    {
        var text = "";
        await foreach (var piece in tales.Model.GenerateAsync(TalesModel.Prompt, options))
        {
            text += piece;
        }

        return text;
    }
}
