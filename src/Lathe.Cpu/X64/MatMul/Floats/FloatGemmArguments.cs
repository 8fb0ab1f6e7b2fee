using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>What <see cref="FloatGemmEmitter"/> reads.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FloatGemmArguments
{
    public const int WeightsOffset = 0;
    public const int ActivationsOffset = 8;
    public const int OutputOffset = 16;
    public const int OutputStrideOffset = 24;
    public const int RowsOffset = 32;
    public const int TokensOffset = 40;

    /// <summary>The first panel.</summary>
    public byte* Weights;

    /// <summary>The block of tokens from the panels' first unit on.</summary>
    public byte* Activations;

    /// <summary>The first token's result for the first row.</summary>
    public float* Output;

    /// <summary>Bytes from one token's results to the next.</summary>
    public long OutputStride;

    /// <summary>Rows that exist, at least 1, in panels of 32.</summary>
    public long Rows;

    /// <summary>Tokens that exist, at least 1 and at most those of the kernel.</summary>
    public long Tokens;
}
