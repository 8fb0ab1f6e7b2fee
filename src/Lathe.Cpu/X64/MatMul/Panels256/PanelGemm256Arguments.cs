using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul.Panels256;

/// <summary>What <see cref="PanelGemm256Emitter"/> reads. Activations and output are moved on by the kernel.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PanelGemm256Arguments
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

    /// <summary>The unpacked panel.</summary>
    public byte* Codes;
    public float* Scales;
    public float* Minima;

    /// <summary>The first token's codes from the panel's first value on.</summary>
    public byte* Activations;
    public float* ActivationScales;
    public int* NegatedSums;
    public float* ScaledSums;

    /// <summary>The first token's results for all 16 rows.</summary>
    public float* Output;

    /// <summary>Bytes from one token's results to the next.</summary>
    public long OutputStride;

    /// <summary>Blocks of 32 values.</summary>
    public long Blocks;

    /// <summary>How often the kernel's number of tokens is computed.</summary>
    public long Repetitions;
}
