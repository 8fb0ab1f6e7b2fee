using Lathe.Chat;
using Lathe.Engine.Inference.Sampling;
using Lathe.Formats.Gguf;
using Lathe.Formats.Synthesis;
using Microsoft.Extensions.AI;

namespace Lathe.Tests.Chat;

public sealed class ChatClientTests : IClassFixture<TalesModel>, IDisposable
{
    private const string Question = "Tell me a story about a dog.";

    private static readonly ChatOptions s_greedy = new() { Temperature = 0, MaxOutputTokens = 12 };

    private readonly TalesModel _tales;
    private readonly LatheChatClient _client;

    public ChatClientTests(TalesModel tales)
    {
        _tales = tales;
        _client = new LatheChatClient(tales.Model);
    }

    public static TheoryData<ChatOptions, SamplingOptions> Mappings => new()
    {
        { new ChatOptions { Seed = 5 }, new SamplingOptions { Seed = 5 } },
        { new ChatOptions { Seed = -1 }, new SamplingOptions { Seed = ulong.MaxValue } },
        { new ChatOptions { Temperature = 0 }, SamplingOptions.Greedy },
        { new ChatOptions { Seed = 5, Temperature = 1.5f, TopK = 5 }, new SamplingOptions { Seed = 5, Temperature = 1.5f, TopK = 5 } },
        { new ChatOptions { Seed = 5, Temperature = 1.5f, TopP = 0.3f }, new SamplingOptions { Seed = 5, Temperature = 1.5f, TopP = 0.3f } },
        { new ChatOptions { Temperature = 0, FrequencyPenalty = 3 }, SamplingOptions.Greedy with { FrequencyPenalty = 3 } },
        { new ChatOptions { Temperature = 0, PresencePenalty = 5 }, SamplingOptions.Greedy with { PresencePenalty = 5 } },
    };

    [Theory]
    [MemberData(nameof(Mappings))]
    public async Task Options_mean_what_they_say(ChatOptions options, SamplingOptions expected)
    {
        options.MaxOutputTokens = 16;
        var prompt = ChatPrompt.Of(_tales.Model)!.Encode([new ChatTurn("user", Question)]);
        var (text, _) = _tales.Run(prompt, new GenerationOptions { MaxTokens = 16, Sampling = expected });
        Assert.Equal(text, (await _client.GetResponseAsync(Question, options)).Text);
    }

    [Fact]
    public async Task A_stream_and_a_response_say_the_same()
    {
        var options = new ChatOptions { Seed = 3, MaxOutputTokens = 20 };
        var updates = await _client.GetStreamingResponseAsync(Question, options).ToListAsync();
        Assert.True(updates.Count > 5);
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
        Assert.All(updates, update => Assert.Equal((ChatRole.Assistant, _tales.Model.Name), (update.Role!.Value, update.ModelId)));

        // A client of its own: what the first one holds in its sessions must not matter, but rounding may differ where tokens are reused.
        using var other = new LatheChatClient(_tales.Model);
        var response = await other.GetResponseAsync(Question, options);
        Assert.Equal(string.Concat(updates.Select(update => update.Text)), response.Text);
        Assert.Equal(updates[^1].FinishReason, response.FinishReason);
        Assert.Equal(ChatRole.Assistant, Assert.Single(response.Messages).Role);
    }

    [Fact]
    public async Task Usage_is_reported_and_the_second_turn_computes_only_what_is_new()
    {
        var history = new List<ChatMessage> { new(ChatRole.System, "You tell stories."), new(ChatRole.User, Question) };
        var first = await _client.GetResponseAsync(history, s_greedy);
        var usage = first.Usage!;
        Assert.Equal(_tales.Model.Tokenizer.Encode(ChatPrompt.Of(_tales.Model)!.Render([new("system", "You tell stories."), new("user", Question)]), parseSpecial: true).Length, usage.InputTokenCount);
        Assert.Equal(12, usage.OutputTokenCount);
        Assert.Equal(usage.InputTokenCount + 12, usage.TotalTokenCount);
        Assert.Equal(0, usage.CachedInputTokenCount);

        history.AddRange([.. first.Messages, new ChatMessage(ChatRole.User, "And then?")]);
        var second = await _client.GetResponseAsync(history, s_greedy);
        Assert.True(second.Usage!.CachedInputTokenCount >= usage.InputTokenCount, $"{second.Usage.CachedInputTokenCount} of {second.Usage.InputTokenCount}");
        Assert.True(second.Usage.CachedInputTokenCount < second.Usage.InputTokenCount);
    }

    [Fact]
    public async Task Instructions_are_the_first_system_message()
    {
        var told = await _client.GetResponseAsync([new(ChatRole.System, "Be short."), new(ChatRole.User, Question)], s_greedy);
        var instructed = await _client.GetResponseAsync(Question, new ChatOptions { Temperature = 0, MaxOutputTokens = 12, Instructions = "Be short." });
        Assert.Equal(told.Usage!.InputTokenCount, instructed.Usage!.InputTokenCount);
        Assert.Equal(told.Usage.InputTokenCount - 1, instructed.Usage.CachedInputTokenCount);
    }

    [Fact]
    public async Task The_finish_reason_says_why_the_answer_ended()
    {
        var limited = await _client.GetResponseAsync(Question, s_greedy);
        Assert.Equal(ChatFinishReason.Length, limited.FinishReason);
        Assert.Equal(12, limited.Usage!.OutputTokenCount);

        var stop = limited.Text.Substring(8, 5);
        var stopped = await _client.GetResponseAsync(Question, new ChatOptions { Temperature = 0, MaxOutputTokens = 12, StopSequences = [stop] });
        Assert.Equal(ChatFinishReason.Stop, stopped.FinishReason);
        Assert.Equal(limited.Text[..limited.Text.IndexOf(stop, StringComparison.Ordinal)], stopped.Text);

        var ended = await _client.GetResponseAsync("Hello!", new ChatOptions { Temperature = 0, MaxOutputTokens = 300 });
        Assert.Equal(ChatFinishReason.Stop, ended.FinishReason);
        Assert.InRange(ended.Usage!.OutputTokenCount!.Value, 1, 299);
    }

    [Fact]
    public async Task What_the_client_cannot_do_is_refused()
    {
        await Refuses([new(ChatRole.User, Question)], new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "one")] }, "tools");
        await Refuses([new(ChatRole.User, Question)], new ChatOptions { ResponseFormat = ChatResponseFormat.Json }, "JSON");
        await Refuses([new(ChatRole.User, [new TextContent("What is this?"), new DataContent(new byte[] { 1, 2, 3 }, "image/png")])], null, "DataContent");

        async Task Refuses(List<ChatMessage> messages, ChatOptions? options, string expected)
        {
            var refusal = await Assert.ThrowsAsync<NotSupportedException>(() => _client.GetResponseAsync(messages, options));
            Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_cancelled_answer_leaves_the_client_usable()
    {
        var expected = (await _client.GetResponseAsync(Question, s_greedy)).Text;
        using var cancellation = new CancellationTokenSource();
        var updates = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in _client.GetStreamingResponseAsync(Question, s_greedy, cancellation.Token))
            {
                if (++updates == 3)
                {
                    await cancellation.CancelAsync();
                }
            }
        });
        Assert.Equal(3, updates);
        Assert.Equal(expected, (await _client.GetResponseAsync(Question, s_greedy)).Text);
    }

    [Fact]
    public async Task Answers_of_several_callers_do_not_mix()
    {
        string[] questions = ["Hello!", Question, "What is your name?", "Do you like the sea?"];
        var alone = new List<string>();
        foreach (var question in questions)
        {
            alone.Add((await _client.GetResponseAsync(question, s_greedy)).Text);
        }

        var together = await Task.WhenAll(questions.Select(question => _client.GetResponseAsync(question, s_greedy)));
        Assert.Equal(alone, together.Select(response => response.Text));
    }

    [Fact]
    public void Services_are_found_by_their_type()
    {
        Assert.Same(_client, _client.GetService<IChatClient>());
        Assert.Same(_client, _client.GetService<LatheChatClient>());
        Assert.Same(_tales.Model, _client.GetService<LatheModel>());
        Assert.Equal(_tales.Model.Name, _client.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Null(_client.GetService<Stream>());
        Assert.Null(_client.GetService(typeof(LatheModel), serviceKey: "other"));
    }

    [Fact]
    public void A_model_without_a_template_is_refused()
    {
        var path = Path.Combine(Path.GetTempPath(), $"lathe-{Guid.NewGuid():N}.gguf");
        try
        {
            new SyntheticModel(ModelPresets.Find("tiny-llama")!, GgmlType.Q8_0).Write(path);
            using var model = LatheModel.Load(path);
            var refusal = Assert.Throws<NotSupportedException>(() => new LatheChatClient(model));
            Assert.Contains("no chat template", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public void Dispose() => _client.Dispose();
}
