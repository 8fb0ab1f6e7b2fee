using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>What <see cref="FloatGemvEmitter"/> reads: rows of several streams that it walks in lockstep. Moved on by the kernel.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FloatGemvArguments
{
    public const int MaxStreams = 8;
    public const int RowsOffset = 0;
    public const int OutputsOffset = RowsOffset + (MaxStreams * 8);
    public const int ActivationsOffset = OutputsOffset + (MaxStreams * 8);
    public const int ActivationStrideOffset = ActivationsOffset + 8;
    public const int RowCountOffset = ActivationStrideOffset + 8;
    public const int OutputStrideOffset = RowCountOffset + 8;

    /// <summary>Address of each stream's next row.</summary>
    public Pointers Rows;

    /// <summary>Where each stream's next result goes.</summary>
    public Pointers Outputs;

    /// <summary>The first token's f32 values.</summary>
    public byte* Activations;

    /// <summary>Bytes from one token's values to the next.</summary>
    public long ActivationStride;

    /// <summary>Rows of every stream.</summary>
    public long RowCount;

    /// <summary>Bytes from one token's results to the next.</summary>
    public long OutputStride;

    [InlineArray(MaxStreams)]
    internal struct Pointers
    {
        private nint _first;
    }
}
