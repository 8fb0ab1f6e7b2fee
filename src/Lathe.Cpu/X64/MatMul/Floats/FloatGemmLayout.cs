namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>The measures of the float gemm, and how both sides of it lie in memory.</summary>
/// <remarks>
/// Both sides are cut into units of 32 bits: an f32 value, or a pair of bf16 values that follow each other. Weights lie as [panel of 32 rows][unit][row],
/// activations as [block of 12 tokens][unit][token].
/// </remarks>
internal static class FloatGemmLayout
{
    public const int UnitBytes = 4;

    /// <summary>Rows of a panel: two vectors.</summary>
    public const int Rows = 32;

    /// <summary>Tokens of a block: with two vectors of rows 24 of the 32 registers are sums.</summary>
    public const int Tokens = 12;

    /// <summary>Rows that are packed together: their panels stay in the second-level cache while all tokens run over them.</summary>
    public const int RowsTogether = 128;

    /// <summary>Units of each row that are packed together: those of a block of tokens, 24 KB, stay in the first-level cache while all panels run over them.</summary>
    public const int ChunkUnits = 512;

    /// <summary>Bytes of a unit of a panel, and of a unit of a block.</summary>
    public const int PanelUnitBytes = Rows * UnitBytes;

    /// <inheritdoc cref="PanelUnitBytes"/>
    public const int BlockUnitBytes = Tokens * UnitBytes;

    /// <summary>Bytes of the panels that are packed together.</summary>
    public const int PanelsBytes = RowsTogether * ChunkUnits * UnitBytes;

    /// <summary>Bytes of the activations of <paramref name="tokens"/> tokens, in whole blocks.</summary>
    public static long ActivationBytes(int units, int tokens) => (long)((tokens + Tokens - 1) / Tokens) * units * BlockUnitBytes;
}
