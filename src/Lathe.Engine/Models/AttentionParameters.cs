namespace Lathe.Engine.Models;

/// <summary>Causal grouped-query attention. Query head <c>h</c> reads KV head <c>h / (HeadCount / KvHeadCount)</c>.</summary>
/// <param name="HeadCount">Query heads.</param>
/// <param name="KvHeadCount">Key and value heads; divides <paramref name="HeadCount"/>.</param>
/// <param name="HeadDim">Values per query and key head.</param>
/// <param name="ValueDim">Values per value head.</param>
/// <param name="Scale">Factor of the dot product before the softmax.</param>
/// <param name="Window">Tokens that a query sees, itself included; null for all before it.</param>
/// <param name="Softcap">c of <c>c · tanh(score / c)</c>, which bounds the scaled scores; null for none.</param>
/// <param name="Sinks">One more score per query head (<c>[heads]</c>) that takes part in the softmax and has no value; null for none.</param>
public sealed record AttentionParameters(
    int HeadCount, int KvHeadCount, int HeadDim, int ValueDim, float Scale, int? Window = null, float? Softcap = null, Weight? Sinks = null)
{
    /// <summary>Query heads that share one KV head.</summary>
    public int GroupSize => HeadCount / KvHeadCount;

    /// <summary>Position of the first token that a query at <paramref name="position"/> sees.</summary>
    public int FirstVisible(int position) => Window is { } window ? Math.Max(0, position - window + 1) : 0;
}
