namespace Lathe.Formats.Tokenization.Encoders;

/// <summary>What one call of a merging encoder needs; kept for the next call.</summary>
internal sealed class MergeWorkspace(MergeTable merges)
{
    /// <summary>A workspace that a giant piece has blown up is not kept.</summary>
    private const int LargestKept = 1 << 18;

    public PairMerger Merger { get; } = new(merges);

    public WordCache Words { get; } = new();

    public List<int> Ends { get; } = [];

    public List<int> Scratch { get; } = [];

    public bool IsWorthKeeping => Merger.Capacity <= LargestKept && Ends.Capacity <= LargestKept * 4;
}
