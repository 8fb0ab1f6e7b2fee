using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.X64;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Cpu.X64.MatMul.Gemv256;
using Lathe.Cpu.X64.MatMul.Panels;
using Lathe.Cpu.X64.MatMul.Tiles;
using Lathe.Formats.Gguf;

namespace Lathe.Benchmarks.Kernels;

/// <summary>Matrix kernels of one design, a kernel for each weight type, row length and number of tokens.</summary>
/// <param name="Name">As in the ids of its routes.</param>
/// <param name="IsSupported">Whether this processor can run it.</param>
/// <param name="Create">Makes the kernel of a type for rows of so many values and so many tokens.</param>
internal sealed record KernelFamily(string Name, bool IsSupported, Func<GgmlType, int, int, MatrixKernel> Create)
{
    private static readonly KernelFamily s_portable = new("simd", true, (type, _, _) => MatMulKernels.Find(type));

    /// <summary>Those for one token.</summary>
    public static IReadOnlyList<KernelFamily> Gemvs { get; } =
    [
        s_portable,
        new("gemv.avx2", X64Levels.IsSupported(X64Level.Avx2), (type, k, tokens) => new Gemv256Kernel(type, X64Level.Avx2, k, tokens)),
        new("gemv.vnni256", X64Levels.IsSupported(X64Level.AvxVnni), (type, k, tokens) => new Gemv256Kernel(type, X64Level.AvxVnni, k, tokens)),
        new("gemv.vnni512", X64Features.Avx512Vnni, (type, k, tokens) => new GemvKernel(GemvFormats.Create(type), k, tokens)),
    ];

    /// <summary>Those for many.</summary>
    public static IReadOnlyList<KernelFamily> Gemms { get; } =
    [
        s_portable,
        new("gemm.vnni512", X64Features.Avx512Vnni, (type, k, _) => WeightCodes.Visit(type, new PanelGemmFactory(type, k))),
        new("gemm.amx", X64Features.AmxBf16, (type, k, tokens) => WeightCodes.Visit(type, new TileGemmFactory(type, k, tokens, packsItself: true))),
    ];
}
