namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>What the float gemm multiplies with.</summary>
internal enum FloatProduct
{
    /// <summary><c>vfmadd231ps zmm</c> on units of one f32 value: exact products, 16 to an instruction.</summary>
    F32,

    /// <summary><c>vdpbf16ps zmm</c> on units of two bf16 values: exact products, 32 to an instruction, whose rate differs from processor to processor.</summary>
    BF16,
}
