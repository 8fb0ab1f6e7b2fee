using Lathe.Engine.Models;

namespace Lathe.Cpu.Simd.Attention;

/// <summary>How attention is cut into pieces: some tokens of one sequence times some query heads of one KV head.</summary>
/// <param name="ByKvHead">True if each thread takes whole KV heads, so that the steps before and behind need no barrier; false if the threads
/// take pieces in turn.</param>
/// <param name="Tokens">Most tokens of a piece.</param>
/// <param name="Heads">Most query heads of a piece.</param>
internal readonly record struct AttentionDivision(bool ByKvHead, int Tokens, int Heads)
{
    /// <summary>Queries (tokens times heads) of a piece: enough to repay the expansion of keys and values to f32, few enough for the level-2 cache.</summary>
    private const int PieceRows = 128;

    /// <summary>Most queries of a piece.</summary>
    public int Rows => Tokens * Heads;

    /// <summary>Pieces of the query heads of one KV head.</summary>
    public int HeadPieces(AttentionParameters attention) => (attention.GroupSize + Heads - 1) / Heads;

    public static AttentionDivision Create(AttentionParameters attention, int shapeTokens, int threads)
    {
        var byKvHead = attention.KvHeadCount % threads == 0;

        // One token leaves only heads to share: the queries of one KV head are then cut until every thread has some.
        var cuts = byKvHead || shapeTokens > threads ? 1 : Math.Min(attention.GroupSize, (threads + attention.KvHeadCount - 1) / attention.KvHeadCount);
        var heads = (attention.GroupSize + cuts - 1) / cuts;
        return new AttentionDivision(byKvHead, Math.Clamp(PieceRows / heads, 1, shapeTokens), heads);
    }
}
