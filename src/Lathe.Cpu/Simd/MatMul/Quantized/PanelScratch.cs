using Lathe.Cpu.Simd.MatMul.Codes;

namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>Where an unpacked panel lies in a thread's scratch: 16 rows by up to 1024 values, small enough for the first-level cache.</summary>
/// <remarks>Codes are interleaved [value / 4][row][value % 4], so that one 32-byte load feeds a dot product of eight rows; scales and minima are
/// [group][row].</remarks>
internal readonly unsafe struct PanelScratch(byte* scratch)
{
    public const int Rows = 16;
    public const int ChunkElements = 1024;

    private const int GroupBytes = ChunkElements / 16 * Rows * sizeof(float);
    private const int ScalesOffset = ChunkElements * Rows;
    private const int MinimaOffset = ScalesOffset + GroupBytes;
    private const int StagingOffset = MinimaOffset + GroupBytes;
    private const int StagedScalesOffset = StagingOffset + (ActivationLayout.StepElements * Rows);
    private const int StagedMinimaOffset = StagedScalesOffset + (GroupScales.MaxGroups * Rows * sizeof(float));
    private const int TailOffset = StagedMinimaOffset + (GroupScales.MaxGroups * Rows * sizeof(float));
    private const int TileOffset = TailOffset + 512;

    /// <summary>Bytes of all parts.</summary>
    public const int Bytes = TileOffset + (Rows * QuantizedGemm.TileTokens * sizeof(float));

    public byte* Codes => scratch;

    public float* Scales => (float*)(scratch + ScalesOffset);

    public float* Minima => (float*)(scratch + MinimaOffset);

    /// <summary>256 codes of each row, row after row: what <see cref="IWeightCodes"/> gives before it is interleaved.</summary>
    public byte* Staging => scratch + StagingOffset;

    /// <summary>16 scales of each row, row after row.</summary>
    public float* StagedScales => (float*)(scratch + StagedScalesOffset);

    /// <summary>16 minima of each row, row after row.</summary>
    public float* StagedMinima => (float*)(scratch + StagedMinimaOffset);

    /// <summary>A row's last, incomplete step padded with zero blocks.</summary>
    public byte* Tail => scratch + TailOffset;

    /// <summary>[token][row] sums of the tile being computed.</summary>
    public float* Tile => (float*)(scratch + TileOffset);
}
