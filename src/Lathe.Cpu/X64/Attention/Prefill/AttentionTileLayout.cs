using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>How the operands of attention lie in matrix tiles: 16 rows of 64 bytes each, one tile after the other.</summary>
/// <remarks>
/// A unit is 32 keys: the depth of one product with bf16 tiles.
/// <code>
/// keys      bf16 [unit][half of 16 keys][step of 32 dims]  tile: a row per key
/// values    bf16 [unit][part of 16 dims]                   tile: a row per dim, 32 keys across (transposed)
/// queries   bf16 [panel of 16 rows][step of 32 dims]       tile: a row per pair of dims, 16 rows across (pairs side by side)
/// sums      f32  [part of 16 dims][panel]                  tile: a row per dim, 16 query rows across
/// scores    f32  [unit][panel][half]                       tile: a row per key, 16 query rows across
/// weights   bf16 [unit][panel]                             tile: a row per pair of keys, 16 query rows across
/// </code>
/// </remarks>
internal readonly record struct AttentionTileLayout(int KeyDim, int ValueDim)
{
    public const int TileBytes = 1024;
    public const int RowBytes = 64;

    /// <summary>Keys of a unit.</summary>
    public const int UnitKeys = 32;

    /// <summary>Query rows of a panel: the lanes of a vector.</summary>
    public const int PanelRows = 16;

    /// <summary>Panels that are worked on together.</summary>
    public const int Panels = 2;

    /// <summary>Query rows that are worked on together.</summary>
    public const int Rows = Panels * PanelRows;

    public const int UnitsPerPage = KvLayout.PageTokens / UnitKeys;

    /// <summary>Scores of a unit.</summary>
    public const int ScoreBytes = 2 * Panels * TileBytes;

    /// <summary>Weights of a unit.</summary>
    public const int WeightBytes = Panels * TileBytes;

    public static AttentionTileLayout Of(AttentionParameters attention) => new(attention.HeadDim, attention.ValueDim);

    /// <summary>Steps of 32 dims; the last one may be half zeros.</summary>
    public int Steps => (KeyDim + 31) / 32;

    /// <summary>Parts of 16 dims of a value.</summary>
    public int Parts => ValueDim / 16;

    public int KeyUnitBytes => 2 * Steps * TileBytes;

    public int ValueUnitBytes => Parts * TileBytes;

    public int QueryPanelBytes => Steps * TileBytes;

    public int QueryBytes => Panels * QueryPanelBytes;

    public int SumBytes => Panels * Parts * TileBytes;
}
