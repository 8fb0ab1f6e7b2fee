using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>The 8-bit gemm with 512-bit vectors.</summary>
internal static class PanelGemmRecipes
{
    private static readonly MatMulRecipe s_specialized = new()
    {
        Name = "gemm.vnni512",
        Types = WeightCodes.Types,
        Summary = "unpacked in panels, by int8 activations, vpdpbusd zmm",
        MinRows = MatMulRecipe.MaxGemvRows + 1,
        Instructions = "AVX-512 VNNI",
        WhyNotHere = X64Features.Avx512Vnni ? null : "the processor has no 512-bit vpdpbusd",
        Priority = 150,
        GainsFromGating = true,
        CreateKernel = (type, k, _, ofExperts) => WeightCodes.Visit(type, new PanelGemmFactory(type, k, ofExperts)),
        List = (type, k) => WeightCodes.Visit(type, new PanelGemmListing(type, k)),
        ListOfExperts = (type, k) => WeightCodes.Visit(type, new PanelGemmListing(type, k, ofExperts: true)),
    };

    /// <summary>What lies between two tokens is an argument: what specialisation is measured against, and for nothing else.</summary>
    private static readonly MatMulRecipe s_generic = s_specialized with
    {
        Name = "gemm.vnni512.generic",
        Summary = "unpacked in panels, by int8 activations, vpdpbusd zmm; one form for all row lengths",
        Default = RouteSetting.Off,
        Priority = 145,
        CreateKernel = (type, k, _, _) => WeightCodes.Visit(type, new PanelGemmFactory(type, k, specialized: false)),
        ListOfExperts = null,
        List = (type, k) => WeightCodes.Visit(type, new PanelGemmListing(type, k, specialized: false)),
    };

    public static IReadOnlyList<MatMulRecipe> All { get; } = [s_specialized, s_generic];
}
