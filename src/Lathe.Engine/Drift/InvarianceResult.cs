namespace Lathe.Engine.Drift;

/// <summary>One other way to compute the same tokens, and how far its logits are from those of the first way.</summary>
/// <param name="Way">What was different.</param>
public sealed record InvarianceResult(string Way, DriftMeasures Measures);
