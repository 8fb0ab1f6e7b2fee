namespace Lathe.Engine.Drift;

/// <summary>What one setting made of one fixture.</summary>
/// <param name="Fixture">The prompt.</param>
/// <param name="Logits">Logits after the last tokens of the prompt, then after each decoded token.</param>
/// <param name="PromptRows">How many rows of <paramref name="Logits"/> belong to the prompt.</param>
/// <param name="Decoded">The tokens that were decoded: of a reference run its own most probable ones, of a candidate those of the reference.</param>
/// <param name="Layers">The residual stream behind each layer, for the last token of the prompt; empty if it was not asked for.</param>
/// <param name="Dispatches">Which routes ran.</param>
public sealed record DriftRun(
    DriftFixture Fixture, IReadOnlyList<float[]> Logits, int PromptRows, IReadOnlyList<int> Decoded, IReadOnlyList<float[]> Layers, DispatchRecord Dispatches);
