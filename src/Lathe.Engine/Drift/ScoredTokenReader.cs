namespace Lathe.Engine.Drift;

/// <summary>Receives each token that is scored, chunk after chunk and in the order of the text.</summary>
/// <param name="token">The token that came.</param>
/// <param name="logits">The model's logits for its place; valid during the call only.</param>
public delegate void ScoredTokenReader(int token, ReadOnlySpan<float> logits);
