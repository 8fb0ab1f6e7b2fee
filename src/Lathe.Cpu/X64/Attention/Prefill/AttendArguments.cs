using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>What <see cref="AttendTilesEmitter"/> reads: two panels of query rows and a run of keys. Layouts: <see cref="AttentionTileLayout"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct AttendArguments
{
    public const int KeysOffset = 0;
    public const int ValuesOffset = 8;
    public const int QueriesOffset = 16;
    public const int SumsOffset = 24;
    public const int StatisticsOffset = 32;
    public const int ScoresOffset = 40;
    public const int WeightsOffset = 48;
    public const int UnitsOffset = 56;
    public const int PositionOffset = 64;
    public const int LowestPositionOffset = 68;
    public const int HighestFirstOffset = 72;
    public const int CapOffset = 76;

    /// <summary>Tiles of the first unit.</summary>
    public byte* Keys;

    /// <inheritdoc cref="Keys"/>
    public byte* Values;

    public byte* Queries;

    /// <summary>Weighted sums of values so far.</summary>
    public byte* Sums;

    /// <summary>The rows' <see cref="RowStatistics"/>.</summary>
    public byte* Statistics;

    /// <summary>Working memory for the scores of two steps.</summary>
    public byte* Scores;

    /// <summary>Working memory for the weights of a step.</summary>
    public byte* Weights;

    /// <summary>Units of keys, at least one.</summary>
    public long Units;

    /// <summary>Position of the first key.</summary>
    public int Position;

    /// <summary>Position of the first query: keys behind it are hidden from some rows.</summary>
    public int LowestPosition;

    /// <summary>Position of the first key that the last query sees: keys before it are hidden from some rows.</summary>
    public int HighestFirst;

    /// <summary>The factor of capped scores: c · log2(e).</summary>
    public float Cap;
}
