using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>What <see cref="TileUnpackEmitter"/> reads.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileUnpackArguments
{
    public const int RowOffset = 0;
    public const int RowBytesOffset = 8;
    public const int RowsOffset = 16;
    public const int TargetOffset = 24;
    public const int WholeBytesOffset = 32;

    /// <summary>The first block of the first row.</summary>
    public byte* Row;

    /// <summary>Bytes from one row to the next.</summary>
    public long RowBytes;

    /// <summary>Rows, at most 32.</summary>
    public long Rows;

    /// <summary>The tiles of the block of 32 rows.</summary>
    public byte* Target;

    /// <summary>Bytes of each row's steps; read by the generic form alone.</summary>
    public long WholeBytes;
}
