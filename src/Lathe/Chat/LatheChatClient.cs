using System.Runtime.CompilerServices;
using Lathe.Engine.Inference.Sampling;
using Microsoft.Extensions.AI;

namespace Lathe.Chat;

/// <summary>A model as an <see cref="IChatClient"/>: streaming, cancellation, options and usage as Microsoft.Extensions.AI defines them.
/// Thread-safe; answers of several callers take turns on the processor. Does not own the model.</summary>
public sealed class LatheChatClient : IChatClient
{
    // A session takes KV memory, so only the latest few chats are kept warm.
    private const int WarmSessions = 2;

    private readonly LatheModel _model;
    private readonly ChatPrompt _prompt;
    private readonly SessionCache _sessions;
    private readonly ChatClientMetadata _metadata;

    /// <exception cref="NotSupportedException">The model's file has no chat template.</exception>
    public LatheChatClient(LatheModel model)
    {
        _model = model;
        _prompt = ChatPrompt.Of(model)
            ?? throw new NotSupportedException($"{model.Name} has no chat template, so it cannot chat; continue texts with {nameof(LatheModel)}.{nameof(LatheModel.GenerateAsync)} instead");
        _sessions = new SessionCache(model, WarmSessions);
        _metadata = new ChatClientMetadata("lathe", defaultModelId: model.Name);
    }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            updates.Add(update);
        }

        return updates.ToChatResponse();
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var generationOptions = Map(options);
        var tokens = _prompt.Encode(Turns(messages, options));
        var response = Guid.NewGuid().ToString("N");
        var session = _sessions.Take(tokens);
        try
        {
            var generation = new TextGeneration(_model, session, tokens, generationOptions);
            while (await Task.Run(() => generation.Next(cancellationToken), cancellationToken).ConfigureAwait(false))
            {
                if (generation.Text.Length > 0)
                {
                    yield return Update(new TextContent(generation.Text));
                }
            }

            var statistics = generation.Statistics;
            var end = Update(new UsageContent(new UsageDetails
            {
                InputTokenCount = statistics.PromptTokens,
                CachedInputTokenCount = statistics.ReusedTokens,
                OutputTokenCount = statistics.GeneratedTokens,
                TotalTokenCount = statistics.PromptTokens + statistics.GeneratedTokens,
            }));
            end.FinishReason = generation.Finish is FinishReason.TokenLimit or FinishReason.ContextFull ? ChatFinishReason.Length : ChatFinishReason.Stop;
            yield return end;
        }
        finally
        {
            _sessions.Return(session);
        }

        ChatResponseUpdate Update(AIContent content) => new(ChatRole.Assistant, [content])
        {
            ResponseId = response,
            MessageId = response,
            ModelId = _model.Name,
            CreatedAt = DateTimeOffset.UtcNow,
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType == typeof(LatheModel) ? _model
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose() => _sessions.Dispose();

    private static List<ChatTurn> Turns(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var turns = new List<ChatTurn>();
        if (!string.IsNullOrEmpty(options?.Instructions))
        {
            turns.Add(new ChatTurn("system", options.Instructions));
        }

        foreach (var message in messages)
        {
            if (message.Contents.FirstOrDefault(content => content is not TextContent) is { } other)
            {
                throw new NotSupportedException($"a message holds {other.GetType().Name}; this client takes text only");
            }

            turns.Add(new ChatTurn(message.Role.Value, message.Text));
        }

        return turns;
    }

    private static GenerationOptions Map(ChatOptions? options)
    {
        if (options?.Tools is { Count: > 0 })
        {
            throw new NotSupportedException("this client does not call tools");
        }

        if (options?.ResponseFormat is ChatResponseFormatJson)
        {
            throw new NotSupportedException("this client does not constrain answers to JSON");
        }

        var defaults = new SamplingOptions();
        return new GenerationOptions
        {
            MaxTokens = options?.MaxOutputTokens,
            StopStrings = options?.StopSequences is { } stops ? [.. stops] : [],
            Sampling = defaults with
            {
                Temperature = options?.Temperature ?? defaults.Temperature,
                TopK = options?.TopK ?? defaults.TopK,
                TopP = options?.TopP ?? defaults.TopP,
                FrequencyPenalty = options?.FrequencyPenalty ?? defaults.FrequencyPenalty,
                PresencePenalty = options?.PresencePenalty ?? defaults.PresencePenalty,
                Seed = options?.Seed is { } seed ? unchecked((ulong)seed) : null,
            },
        };
    }
}
