namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>The measures of the tile gemm, and how bf16 values lie in tiles.</summary>
/// <remarks>
/// A tile is 16 lines of 64 bytes. A tile of weights has a row of the matrix in each line: 32 values. A tile of activations has 16 tokens in each line,
/// a pair of values of each. In both, pair i of 32 values is (i, i + 16): the order of the sum is free as long as both sides agree, and this one comes out of
/// two vectors of 16 f32 with a shift and a select.
/// </remarks>
internal static class TileLayout
{
    public const int Rows = 16;
    public const int LineBytes = 64;
    public const int TileBytes = Rows * LineBytes;

    /// <summary>Values of the sum that a pair of tiles covers.</summary>
    public const int StepElements = 32;

    /// <summary>Rows and tokens of the block that stays in tile registers: two tiles by two.</summary>
    public const int BlockRows = 2 * Rows;

    /// <summary>Rows that are unpacked together: their tiles stay in the second-level cache while all tokens run over them.</summary>
    public const int PanelRows = 128;

    /// <summary>Values of each row that are unpacked together: 32 tokens of them stay in the first-level cache.</summary>
    public const int ChunkElements = 512;

    /// <summary>While a row is unpacked, the one that is so many rows further is asked for.</summary>
    public const int RowsAhead = 4;

    public const int PanelBytes = PanelRows * ChunkElements * 2;

    /// <summary>Tokens rounded up to whole blocks.</summary>
    public static int PaddedTokens(int tokens) => (tokens + BlockRows - 1) / BlockRows * BlockRows;

    public static int Steps(int k) => (k + StepElements - 1) / StepElements;
}
