using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>What <see cref="TileGemmEmitter"/> reads.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileGemmArguments
{
    public const int WeightsOffset = 0;
    public const int ActivationsOffset = 8;
    public const int SumsOffset = 16;
    public const int TokenBlocksOffset = 24;
    public const int RowBlocksOffset = 32;
    public const int ActivationStrideOffset = 40;
    public const int HalfBlocksOffset = 48;
    public const int StepsOffset = 56;
    public const int IsFirstOffset = 64;

    /// <summary>The unpacked panel: [block of 32 rows][step][part][tile of the block].</summary>
    public byte* Weights;

    /// <summary>The activations of the first 32 tokens from the panel's first step on.</summary>
    public byte* Activations;

    /// <summary>f32 sums: [block of 32 tokens][block of 32 rows][row tile][token tile][16 rows][16 tokens].</summary>
    public float* Sums;

    /// <summary>Blocks of 32 tokens, whole but for the last, which has more than 16.</summary>
    public long TokenBlocks;

    /// <summary>Blocks of 32 rows in the panel.</summary>
    public long RowBlocks;

    /// <summary>Bytes from one block of 32 tokens to the next.</summary>
    public long ActivationStride;

    /// <summary>1 if 16 tokens or fewer follow the whole blocks.</summary>
    public long HalfBlocks;

    /// <summary>Steps of the chunk; read by the generic form alone.</summary>
    public long Steps;

    /// <summary>1 if the sums start at zero; read by the generic form alone.</summary>
    public long IsFirst;
}
