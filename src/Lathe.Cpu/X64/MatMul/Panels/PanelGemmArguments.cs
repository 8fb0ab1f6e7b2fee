using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>What <see cref="PanelGemmEmitter"/> reads.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PanelGemmArguments
{
    public const int CodesOffset = 0;
    public const int ScalesOffset = 8;
    public const int MinimaOffset = 16;
    public const int ActivationsOffset = 24;
    public const int ActivationScalesOffset = 32;
    public const int NegatedSumsOffset = 40;
    public const int ScaledSumsOffset = 48;
    public const int OutputOffset = 56;
    public const int OutputStrideOffset = 64;
    public const int BlocksOffset = 72;
    public const int RepetitionsOffset = 80;
    public const int RowMaskOffset = 88;

    /// <summary>The first panel; the second lies <see cref="Simd.MatMul.Quantized.PanelScratch.Bytes"/> further.</summary>
    public byte* Codes;
    public float* Scales;
    public float* Minima;

    /// <summary>The first token's codes from the panel's first value on.</summary>
    public byte* Activations;
    public float* ActivationScales;
    public int* NegatedSums;
    public float* ScaledSums;

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
