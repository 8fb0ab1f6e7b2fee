using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.X64.MatMul.Gemv256;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Panels256;

/// <summary>The 8-bit gemm for processors without AVX-512, for the weight types with which it is faster than the portable one.</summary>
internal static class PanelGemm256Recipes
{
    /// <summary>With <c>vpdpbusd</c>, a scale per 32 values: with one per 16 scaling takes too much of the time to gain anything.</summary>
    private static readonly GgmlType[] s_vnni =
    [
        GgmlType.Q4_0, GgmlType.Q4_1, GgmlType.Q5_0, GgmlType.Q5_1, GgmlType.Q8_0, GgmlType.MXFP4, GgmlType.Q4_K, GgmlType.Q5_K, GgmlType.IQ4_NL, GgmlType.IQ4_XS,
        GgmlType.IQ3_S, GgmlType.IQ3_XXS, GgmlType.IQ2_XXS, GgmlType.IQ1_S, GgmlType.TQ1_0, GgmlType.TQ2_0,
    ];

    /// <summary>Without it, codes of up to five bits: at least four sums of two products fit 16 bits.</summary>
    private static readonly GgmlType[] s_avx2 =
    [
        GgmlType.Q4_0, GgmlType.Q4_1, GgmlType.Q5_0, GgmlType.Q5_1, GgmlType.MXFP4, GgmlType.Q2_K, GgmlType.Q3_K, GgmlType.Q4_K, GgmlType.Q5_K,
        GgmlType.TQ1_0, GgmlType.TQ2_0,
    ];

    public static IReadOnlyList<MatMulRecipe> All { get; } = [.. Gemv256Recipes.Levels.Select(Create)];

    public static IReadOnlyList<GgmlType> TypesOf(X64Level level) => level switch
    {
        X64Level.AvxVnni => s_vnni,
        X64Level.Avx2 => s_avx2,
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "Vectors of 256 bits are for AVX2 and AVX-VNNI."),
    };

    private static MatMulRecipe Create(X64Level level) => new()
    {
        Name = $"gemm.{Gemv256Recipes.Name(level)}",
        Types = TypesOf(level),
        Summary = $"unpacked in panels, by int8 activations, {Gemv256Recipes.Products(level)}",
        MinRows = MatMulRecipe.MaxGemvRows + 1,
        Instructions = X64Levels.Name(level),
        WhyNotHere = X64Levels.WhyNot(level),

        // Behind the 512-bit form, before the portable kernels.
        Priority = level == X64Level.AvxVnni ? 140 : 130,
        CreateKernel = (type, k, _, _) => WeightCodes.Visit(type, new PanelGemm256Factory(level, k)),
        List = (type, k) => WeightCodes.Visit(type, new PanelGemm256Listing(level, k)),
    };
}
