using System.Runtime.Intrinsics;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>Scales and minima of 256 values in order: the first eight groups and, where groups are of 16 values, the second eight.</summary>
internal struct GroupScales
{
    /// <summary>Groups of 16 in 256 values.</summary>
    public const int MaxGroups = 16;

    public Vector256<float> Scales0;
    public Vector256<float> Scales1;
    public Vector256<float> Minima0;
    public Vector256<float> Minima1;
}
