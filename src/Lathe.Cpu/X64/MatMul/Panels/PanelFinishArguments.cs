using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>What <see cref="PanelFinishEmitter"/> reads: the parts of a <see cref="Simd.MatMul.Quantized.PanelScratch"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PanelFinishArguments
{
    public const int CodesOffset = 0;
    public const int ScalesOffset = 8;
    public const int MinimaOffset = 16;
    public const int TargetOffset = 24;
    public const int BlocksOffset = 32;

    public byte* Codes;
    public float* Scales;
    public float* Minima;

    /// <summary>The first block's first vector of the panel.</summary>
    public byte* Target;

    /// <summary>Blocks of 32 values.</summary>
    public long Blocks;
}
