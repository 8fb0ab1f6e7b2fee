namespace Lathe.Engine.Graphs;

/// <summary>What the results of a product are gated by: <c>act(gate) · result</c>, element by element.</summary>
/// <param name="Gate">A value of the results' shape.</param>
public sealed record Gating(GluKind Kind, GraphValue Gate);
