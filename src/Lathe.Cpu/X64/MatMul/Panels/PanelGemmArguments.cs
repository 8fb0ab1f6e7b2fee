using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>What <see cref="PanelGemmEmitter"/> reads.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PanelGemmArguments
{
    public const int WeightsOffset = 0;
    public const int ActivationsOffset = 8;
    public const int SourceOffset = 16;
    public const int SourceStrideOffset = 24;
    public const int TargetOffset = 32;
    public const int TargetStrideOffset = 40;
    public const int BlocksOffset = 48;
    public const int RepetitionsOffset = 56;
    public const int RowMaskOffset = 64;
    public const int ActivationStrideOffset = 72;
    public const int RecordOffset = 80;
    public const int AheadOffset = 88;

    /// <summary>Unpacked blocks, as <see cref="PanelLayout"/> has them.</summary>
    public byte* Weights;

    /// <summary>The first token's record for the first block; of scattered tokens the pointer to its first record of all. The kernel moves it on.</summary>
    public byte* Activations;

    /// <summary>What the values before have left of the first token's sum for the first row, of scattered tokens the pointer to its row; not read by kernels for the first values.</summary>
    public byte* Source;

    /// <summary>Bytes from one token's sums to the next; of scattered tokens from the start of each row to the sum.</summary>
    public long SourceStride;

    /// <summary>Where the first token's sums go, of scattered tokens the pointer to its row.</summary>
    public byte* Target;

    /// <inheritdoc cref="SourceStride"/>
    public long TargetStride;

    /// <summary>Blocks of 32 values.</summary>
    public long Blocks;

    /// <summary>How often the kernel's number of tokens is computed. The kernel counts it down.</summary>
    public long Repetitions;

    /// <summary>A bit for each of the 32 rows that exist.</summary>
    public ulong RowMask;

    /// <summary>Bytes from one token's activations to the next; read by the generic form alone.</summary>
    public long ActivationStride;

    /// <summary>Bytes from a token's first record of all to that for the first block; read for scattered tokens alone.</summary>
    public long Record;

    /// <summary>What is fetched to the second-level cache meanwhile, <see cref="PanelGemmEmitter.AheadBytes"/> in each block of each repetition; any address.</summary>
    public byte* Ahead;
}
