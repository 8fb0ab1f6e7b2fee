namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>What <see cref="FloatPackEmitter"/> makes units of.</summary>
internal enum FloatSource
{
    /// <summary>f32 values, a unit each.</summary>
    F32,

    /// <summary>f16 values, widened to a unit each.</summary>
    F16,

    /// <summary>bf16 values, widened to a unit each.</summary>
    BF16,

    /// <summary>bf16 values, two to a unit as they lie.</summary>
    BF16Pairs,

    /// <summary>f32 values, rounded to bf16, two to a unit.</summary>
    F32ToBF16Pairs,
}
