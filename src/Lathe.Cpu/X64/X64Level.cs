namespace Lathe.Cpu.X64;

/// <summary>Instruction sets that code is emitted for, the plainest first. A processor need not have all below its best one: several have <see cref="Avx512Vnni"/>
/// and not <see cref="AvxVnni"/>.</summary>
public enum X64Level
{
    /// <summary>AVX2, FMA and the conversions of F16C: 8-bit products by <c>vpmaddubsw</c>, 16 registers of 256 bits.</summary>
    Avx2,

    /// <summary>The same with <c>vpdpbusd ymm</c> in its VEX encoding.</summary>
    AvxVnni,

    /// <summary>AVX-512 (F, BW, DQ, VL): 32 registers of 512 bits.</summary>
    Avx512,

    /// <summary>The same with <c>vpdpbusd zmm</c>.</summary>
    Avx512Vnni,

    /// <summary>The same with <c>vdpbf16ps</c>.</summary>
    Avx512Bf16,
}
