namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>The activations under a tile: the first token's arrays from the panel's first value on; the next tokens lie <see cref="Stride"/> bytes
/// apart. Sums are per group of the weights' format.</summary>
internal unsafe struct TileActivations
{
    public sbyte* Codes;
    public float* Scales;
    public int* NegatedSums;
    public float* ScaledSums;
    public nint Stride;
}
