namespace Lathe.Cpu.Simd.MatMul;

/// <summary>What a kernel reads as activations.</summary>
public enum ActivationKind
{
    /// <summary>Rows of f32.</summary>
    Float,

    /// <summary>Rows in <see cref="ActivationLayout"/>: int8 with a scale per 32.</summary>
    Quantized,
}
