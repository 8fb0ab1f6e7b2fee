using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>What <see cref="TileStoreEmitter"/> reads.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileStoreArguments
{
    public const int SumsOffset = 0;
    public const int OutputOffset = 8;
    public const int OutputStrideOffset = 16;
    public const int RowBlocksOffset = 24;
    public const int TokensOffset = 32;

    /// <summary>The sums of 32 tokens: [block of 32 rows][row tile][token tile][16 rows][16 tokens].</summary>
    public float* Sums;

    /// <summary>The first token's result for the first row.</summary>
    public float* Output;

    /// <summary>Bytes from one token's results to the next.</summary>
    public long OutputStride;

    /// <summary>Blocks of 32 rows.</summary>
    public long RowBlocks;

    /// <summary>Tokens that exist, 1 to 32.</summary>
    public long Tokens;
}
