using Lathe.Cpu.Memory;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>The working memory of one thread: a block of keys and values as tiles, and what belongs to each group of 32 query rows.</summary>
internal readonly unsafe struct PrefillWorkspace(byte* memory, AttentionTileLayout layout)
{
    /// <summary>What keys and values of a block may take of the second-level cache.</summary>
    private const int BlockBytes = 512 * 1024;

    private const int MinBlockPages = 4, MaxBlockPages = 16;

    /// <summary>Tiles of the keys of a block.</summary>
    public byte* Keys => memory;

    /// <summary>Tiles of the values of a block.</summary>
    public byte* Values => Keys + ((long)layout.KeyUnitBytes * BlockUnits(layout));

    public byte* Scores => Values + ((long)layout.ValueUnitBytes * BlockUnits(layout));

    public byte* Weights => Scores + AttendTilesEmitter.ScoreBytes;

    /// <summary>Where the results of lanes go that stand for no row.</summary>
    public byte* Nowhere => Weights + AttendTilesEmitter.WeightBytes;

    /// <summary>Pages of a block.</summary>
    public static int BlockPages(AttentionTileLayout layout) =>
        Math.Clamp(BlockBytes / ((layout.KeyUnitBytes + layout.ValueUnitBytes) * AttentionTileLayout.UnitsPerPage), MinBlockPages, MaxBlockPages);

    /// <param name="groups">Groups of 32 query rows.</param>
    public static long Bytes(AttentionTileLayout layout, int groups) =>
        ((long)(layout.KeyUnitBytes + layout.ValueUnitBytes) * BlockUnits(layout))
        + AttendTilesEmitter.ScoreBytes + AttendTilesEmitter.WeightBytes + NowhereBytes(layout) + (groups * GroupBytes(layout));

    /// <summary>Tiles of the queries of a group.</summary>
    public byte* Queries(int group) => Nowhere + NowhereBytes(layout) + (group * GroupBytes(layout));

    /// <summary>Tiles of the sums of a group.</summary>
    public byte* Sums(int group) => Queries(group) + layout.QueryBytes;

    /// <summary>The statistics of a group.</summary>
    public RowStatistics Statistics(int group) => new(Sums(group) + layout.SumBytes);

    private static long GroupBytes(AttentionTileLayout layout) => layout.QueryBytes + layout.SumBytes + RowStatistics.Bytes;

    private static long NowhereBytes(AttentionTileLayout layout) => AlignedMemory.RoundUp((long)layout.ValueDim * sizeof(float));

    private static int BlockUnits(AttentionTileLayout layout) => BlockPages(layout) * AttentionTileLayout.UnitsPerPage;
}
