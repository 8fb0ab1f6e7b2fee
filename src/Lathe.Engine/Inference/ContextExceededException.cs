namespace Lathe.Engine.Inference;

/// <summary>More tokens were asked for than a session can hold.</summary>
public sealed class ContextExceededException(int tokens, int limit)
    : Exception($"{tokens} tokens do not fit into the context of {limit}; shorten the prompt or load the model with a larger context");
