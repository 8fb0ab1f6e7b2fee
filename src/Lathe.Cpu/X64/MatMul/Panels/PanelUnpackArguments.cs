using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>What <see cref="PanelUnpackEmitter"/> reads: rows, and what of a <see cref="Simd.MatMul.Quantized.PanelScratch"/> it works in.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PanelUnpackArguments
{
    public const int RowOffset = 0;
    public const int RowBytesOffset = 8;
    public const int RowsOffset = 16;
    public const int StagingOffset = 24;
    public const int StagedScalesOffset = 32;
    public const int StagedMinimaOffset = 40;
    public const int TargetOffset = 48;

    /// <summary>The step's first block in the first row.</summary>
    public byte* Row;

    /// <summary>Bytes from one row to the next.</summary>
    public long RowBytes;

    /// <summary>Rows that exist, 1 to 16.</summary>
    public long Rows;

    public byte* Staging;
    public float* StagedScales;
    public float* StagedMinima;

    /// <summary>The step's first block, at the panel's first vector.</summary>
    public byte* Target;
}
