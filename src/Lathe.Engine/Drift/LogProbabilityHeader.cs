namespace Lathe.Engine.Drift;

/// <summary>What a file of log-probabilities says of itself.</summary>
/// <param name="ModelHash">SHA-256 of the model that made it, 32 bytes.</param>
/// <param name="Vocabulary">Log-probabilities per scored token.</param>
/// <param name="ChunkTokens">Tokens per chunk.</param>
/// <param name="Tokens">The tokens of all chunks, as they were computed.</param>
public sealed record LogProbabilityHeader(byte[] ModelHash, int Vocabulary, int ChunkTokens, int[] Tokens);
