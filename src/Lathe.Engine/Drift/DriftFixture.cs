namespace Lathe.Engine.Drift;

/// <summary>A prompt under which runs are compared.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Tokens">The prompt.</param>
/// <param name="ChunkTokens">Tokens that are computed together.</param>
public sealed record DriftFixture(string Name, ReadOnlyMemory<int> Tokens, int ChunkTokens = 512)
{
    /// <summary>Last tokens of the prompt whose logits are compared.</summary>
    public const int ComparedTokens = 16;

    /// <summary>Tokens that are decoded one by one behind the prompt.</summary>
    public const int DecodedTokens = 16;
}
