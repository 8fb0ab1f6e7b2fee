namespace Lathe.Engine.Inference;

/// <summary>The next tokens of a session, to be run in one batch with those of others.</summary>
/// <param name="Session">Whose tokens.</param>
/// <param name="Tokens">The tokens, which follow those that the session holds.</param>
/// <param name="Outputs">How many of the last tokens want logits.</param>
public readonly record struct SessionTokens(Session Session, ReadOnlyMemory<int> Tokens, int Outputs);
