using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>What <see cref="FloatPackEmitter"/> reads.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FloatPackArguments
{
    public const int SourceOffset = 0;
    public const int SourceStrideOffset = 8;
    public const int TargetOffset = 16;
    public const int RowsOffset = 24;

    /// <summary>The first row's first value.</summary>
    public byte* Source;

    /// <summary>Bytes from one row to the next.</summary>
    public long SourceStride;

    /// <summary>The first unit.</summary>
    public byte* Target;

    /// <summary>Rows that exist, at least 1; the last one stands in for those that are missing.</summary>
    public long Rows;
}
