using Lathe.Cpu.X64.MatMul.Tiles;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Floats;

/// <summary>The emitted products with weights of f32, f16 and bf16.</summary>
internal static class FloatRecipes
{
    // What rounds activations to bf16 comes after what does not: it is chosen by switching the other off.
    public static IReadOnlyList<MatMulRecipe> All { get; } =
    [
        new()
        {
            Name = "gemv.avx512",
            Types = FloatFormat.Types,
            Summary = "read once, by f32 activations; emitted for each row length",
            MaxRows = MatMulRecipe.MaxGemvRows,
            Instructions = "AVX-512",
            WhyNotHere = X64Features.Avx512 ? null : "the processor has no AVX-512",
            Priority = 200,
            Tolerance = 1e-9,
            CreateKernel = (type, k, rows, _) => new FloatGemvKernel(type, k, rows),
            List = FloatGemvKernel.List,
        },
        Tiled(
            "gemm.amx", GgmlType.BF16, new TileParts(1, 1), static () => new BF16TileUnpacker(), "laid out in tiles, by bf16 activations, tdpbf16ps", priority: 300,
            tolerance: 1e-5),
        Tiled(
            "gemm.split.amx", GgmlType.BF16, new TileParts(1, 2), static () => new BF16TileUnpacker(), "laid out in tiles, by f32 activations split into two bf16, tdpbf16ps",
            priority: 310, tolerance: 1e-9),
        Tiled(
            "gemm.split.amx", GgmlType.F16, new TileParts(2, 2), static () => new HalfTileUnpacker(), "and f32 activations split into two bf16 each, tdpbf16ps",
            priority: 310, tolerance: 1e-9),
        Packed(
            "gemm.avx512", FloatProduct.F32, FloatFormat.Types, "packed as f32 in panels, by f32 activations, vfmadd231ps zmm", "AVX-512",
            X64Features.Avx512 ? null : "the processor has no AVX-512", priority: 150, tolerance: 1e-9),
        Packed(
            "gemm.avx512bf16", FloatProduct.BF16, [GgmlType.BF16], "packed in panels, by bf16 activations, vdpbf16ps zmm", "AVX-512 BF16",
            X64Features.Avx512Bf16 ? null : "the processor has no vdpbf16ps", priority: 140, tolerance: 1e-5),
    ];

    private static MatMulRecipe Tiled(
        string name, GgmlType type, TileParts parts, Func<ITileUnpacker> createUnpacker, string summary, int priority, double tolerance) => new()
        {
            Name = name,
            Types = [type],
            Summary = summary,
            MinRows = MatMulRecipe.MaxGemvRows + 1,
            LengthMultiple = TileLayout.StepElements,
            Instructions = "AMX bf16",
            WhyNotHere = TileGemmRecipes.WhyNotHere,
            Priority = priority,
            Tolerance = tolerance,
            CreateKernel = (_, k, rows, ofExperts) => new TileGemm(createUnpacker(), parts, k, rows, packsItself: ofExperts),
            List = (_, k) => TileKernels.List(parts, k, specialized: true),
        };

    private static MatMulRecipe Packed(
        string name, FloatProduct product, IReadOnlyList<GgmlType> types, string summary, string instructions, string? whyNotHere, int priority, double tolerance) => new()
        {
            Name = name,
            Types = types,
            Summary = summary,
            MinRows = MatMulRecipe.MaxGemvRows + 1,
            Instructions = instructions,
            WhyNotHere = whyNotHere,
            Priority = priority,
            Tolerance = tolerance,
            CreateKernel = (type, k, rows, ofExperts) => new FloatGemm(new FloatGemmShape(type, product, k), rows, packsItself: ofExperts),
            List = (type, k) => FloatGemmKernels.List(new FloatGemmShape(type, product, k)),
        };
}
