using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>What an emitted gemv reads: rows of several streams that it walks in lockstep. Moved on by the kernel.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GemvArguments
{
    public const int MaxStreams = 8;
    public const int RowsOffset = 0;
    public const int OutputsOffset = RowsOffset + (MaxStreams * 8);
    public const int ActivationsOffset = OutputsOffset + (MaxStreams * 8);
    public const int RowCountOffset = ActivationsOffset + 8;
    public const int OutputStrideOffset = RowCountOffset + 8;
    public const int RowBytesOffset = OutputStrideOffset + 8;

    /// <summary>Address of each stream's next row.</summary>
    public Pointers Rows;

    /// <summary>Where each stream's next result goes.</summary>
    public Pointers Outputs;

    /// <summary>The first token's <see cref="GemvLayout"/>.</summary>
    public byte* Activations;

    /// <summary>Rows of every stream.</summary>
    public long RowCount;

    /// <summary>Bytes from one token's results to the next.</summary>
    public long OutputStride;

    /// <summary>Bytes of a row, which the generic form reads.</summary>
    public long RowBytes;

    [InlineArray(MaxStreams)]
    internal struct Pointers
    {
        private nint _first;
    }
}
