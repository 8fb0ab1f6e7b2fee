using Lathe.Cpu.X64.Attention.Decode;
using Lathe.Cpu.X64.Attention.Prefill;
using Lathe.Cpu.X64.Attention.Prefill.Vectors;
using Lathe.Cpu.X64.MatMul;
using Lathe.Cpu.X64.MatMul.Floats;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Cpu.X64.MatMul.Gemv256;
using Lathe.Cpu.X64.MatMul.Panels;
using Lathe.Cpu.X64.MatMul.Panels256;
using Lathe.Cpu.X64.MatMul.Tiles;

namespace Lathe.Cpu.X64;

/// <summary>The routes whose kernels are emitted as machine code. They are listed everywhere; the guards say where they cannot run.</summary>
internal static class X64Routes
{
    /// <summary>The ways to compute products.</summary>
    public static IReadOnlyList<MatMulRecipe> Products { get; } =
    [
        .. GemvRecipes.All,
        .. Gemv256Recipes.All,
        .. TileGemmRecipes.All,
        .. PanelGemmRecipes.All,
        .. FloatRecipes.All,
        .. PanelGemm256Recipes.All,
    ];

    public static IEnumerable<CpuRoute> CreateAll() => [.. Products.SelectMany(recipe => recipe.CreateRoutes()), new DecodeRoute(), new TilePrefillRoute(), new PairPrefillRoute(), new VectorPrefillRoute()];
}
