namespace Lathe.Cpu.Simd.MatMul;

/// <summary>Instruction sets that the portable kernels are written for, the plainest first.</summary>
public enum SimdTier
{
    /// <summary>Portable 128-bit code; on ARM it takes the sdot instruction where the processor has it.</summary>
    Vector128,

    /// <summary>AVX2 and FMA: 8-bit products by vpmaddubsw.</summary>
    Avx2,

    /// <summary>AVX2 with 256-bit vpdpbusd.</summary>
    AvxVnni,

    /// <summary>AVX-512 (F, BW, DQ, VL) for the float types, with 256-bit vpdpbusd for the others: .NET 10 has no 512-bit form of it.</summary>
    Avx512,
}
