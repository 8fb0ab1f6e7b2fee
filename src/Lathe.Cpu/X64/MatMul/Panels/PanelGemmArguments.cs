using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>What <see cref="PanelGemmEmitter"/> reads.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PanelGemmArguments
{
    public const int WeightsOffset = 0;
    public const int ActivationsOffset = 8;
    public const int OutputOffset = 16;
    public const int OutputStrideOffset = 24;
    public const int BlocksOffset = 32;
    public const int RepetitionsOffset = 40;
    public const int RowMaskOffset = 48;

    /// <summary>Unpacked blocks, as <see cref="PanelLayout"/> has them.</summary>
    public byte* Weights;

    /// <summary>The first token's record for the first block.</summary>
    public byte* Activations;

    /// <summary>The first token's result for the first row.</summary>
    public float* Output;

    /// <summary>Bytes from one token's results to the next.</summary>
    public long OutputStride;

    /// <summary>Blocks of 32 values.</summary>
    public long Blocks;

    /// <summary>How often the kernel's number of tokens is computed.</summary>
    public long Repetitions;

    /// <summary>A bit for each of the 32 rows that exist.</summary>
    public ulong RowMask;
}
