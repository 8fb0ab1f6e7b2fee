namespace Lathe.Engine.Inference;

/// <summary>More tokens are held than the KV pool has room for.</summary>
public sealed class KvPoolExhaustedException(int capacity)
    : Exception($"the KV cache is full: all {capacity} pages of {KvLayout.PageTokens} tokens are in use; close a session, shorten the prompt or load the model with a larger context");
