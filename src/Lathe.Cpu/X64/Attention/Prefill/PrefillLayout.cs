namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>Bytes of the operands of attention of many tokens. Sums are the same for all: <see cref="AttentionTileLayout"/>.</summary>
/// <param name="ValueDim">Dims of a value.</param>
/// <param name="KeyUnitBytes">Keys of a unit of 32.</param>
/// <param name="ValueUnitBytes">Values of a unit.</param>
/// <param name="QueryPanelBytes">Queries of a panel of 16 rows.</param>
/// <param name="ScoreBytes">Working memory for scores.</param>
/// <param name="WeightBytes">Working memory for weights.</param>
internal readonly record struct PrefillLayout(int ValueDim, int KeyUnitBytes, int ValueUnitBytes, int QueryPanelBytes, int ScoreBytes, int WeightBytes)
{
    /// <summary>Queries of a group of 32 rows.</summary>
    public int QueryBytes => AttentionTileLayout.Panels * QueryPanelBytes;

    /// <summary>Sums of a group of 32 rows.</summary>
    public int SumBytes => AttentionTileLayout.Rows * ValueDim * sizeof(float);
}
