namespace Lathe.Engine.Inference;

/// <summary>How the KV cache stores a value.</summary>
public enum KvElementType
{
    F16,
    F32,

    /// <summary>Blocks of 32 with one f16 scale (34 bytes); the head width must be a multiple of 32.</summary>
    Q8_0,
}
