using Lathe.Cpu.Memory;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>The working memory of one thread: a block of keys and values as operands, and what belongs to each group of 32 query rows.</summary>
internal readonly unsafe struct PrefillWorkspace(byte* memory, PrefillLayout layout)
{
    /// <summary>What keys and values of a block may take of the second-level cache.</summary>
    private const int BlockBytes = 512 * 1024;

    private const int MinBlockPages = 4, MaxBlockPages = 16;

    /// <summary>The keys of a block.</summary>
    public byte* Keys => memory;

    /// <summary>The values of a block.</summary>
    public byte* Values => Keys + ((long)layout.KeyUnitBytes * BlockUnits(layout));

    public byte* Scores => Values + ((long)layout.ValueUnitBytes * BlockUnits(layout));

    public byte* Weights => Scores + layout.ScoreBytes;

    /// <summary>Where the results of lanes go that stand for no row.</summary>
    public byte* Nowhere => Weights + layout.WeightBytes;

    /// <summary>Pages of a block.</summary>
    public static int BlockPages(PrefillLayout layout) =>
        Math.Clamp(BlockBytes / ((layout.KeyUnitBytes + layout.ValueUnitBytes) * AttentionTileLayout.UnitsPerPage), MinBlockPages, MaxBlockPages);

    /// <param name="groups">Groups of 32 query rows.</param>
    public static long Bytes(PrefillLayout layout, int groups) =>
        ((long)(layout.KeyUnitBytes + layout.ValueUnitBytes) * BlockUnits(layout))
        + layout.ScoreBytes + layout.WeightBytes + NowhereBytes(layout) + (groups * GroupBytes(layout));

    /// <summary>The queries of a group.</summary>
    public byte* Queries(int group) => Nowhere + NowhereBytes(layout) + (group * GroupBytes(layout));

    /// <summary>The sums of a group.</summary>
    public byte* Sums(int group) => Queries(group) + layout.QueryBytes;

    /// <summary>The statistics of a group.</summary>
    public RowStatistics Statistics(int group) => new(Sums(group) + layout.SumBytes);

    private static long GroupBytes(PrefillLayout layout) => layout.QueryBytes + layout.SumBytes + RowStatistics.Bytes;

    private static long NowhereBytes(PrefillLayout layout) => AlignedMemory.RoundUp((long)layout.ValueDim * sizeof(float));

    private static int BlockUnits(PrefillLayout layout) => BlockPages(layout) * AttentionTileLayout.UnitsPerPage;
}
