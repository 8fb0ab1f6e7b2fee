using System.Runtime.Intrinsics;

namespace Lathe.Cpu.Simd.MatMul.Float;

/// <summary>An unblocked float format as the float kernels see it: how its values widen to f32.</summary>
internal unsafe interface IFloatWeights
{
    /// <summary>Bytes per value.</summary>
    static abstract int Bytes { get; }

    static abstract float Load(byte* source);

    static abstract Vector256<float> Load256(byte* source);

    static abstract Vector512<float> Load512(byte* source);
}
