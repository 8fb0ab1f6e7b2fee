namespace Lathe.Engine.Models;

/// <summary>Causal grouped-query attention. Query head <c>h</c> reads KV head <c>h / (HeadCount / KvHeadCount)</c>.</summary>
/// <param name="HeadCount">Query heads.</param>
/// <param name="KvHeadCount">Key and value heads; divides <paramref name="HeadCount"/>.</param>
/// <param name="HeadDim">Values per query and key head.</param>
/// <param name="ValueDim">Values per value head.</param>
/// <param name="Scale">Factor of the dot product before the softmax.</param>
public sealed record AttentionParameters(int HeadCount, int KvHeadCount, int HeadDim, int ValueDim, float Scale)
{
    /// <summary>Query heads that share one KV head.</summary>
    public int GroupSize => HeadCount / KvHeadCount;
}
