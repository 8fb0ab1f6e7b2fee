using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>The gemm on matrix tiles for block formats.</summary>
internal static class TileGemmRecipes
{
    private static readonly MatMulRecipe s_specialized = new()
    {
        Name = "gemm.amx",
        Types = WeightCodes.Types,
        Summary = "expanded to bf16, by bf16 activations, tdpbf16ps",
        MinRows = MatMulRecipe.MaxGemvRows + 1, // with fewer most of the tiles would be empty
        Instructions = "AMX bf16",
        WhyNotHere = WhyNotHere,
        Priority = 300,

        // bf16 on both sides: 2^-9 of each value at most, about 2^-18.6 of the power for each side.
        Tolerance = 2e-5,
        CreateKernel = (type, k, rows, ofExperts) => WeightCodes.Visit(type, new TileGemmFactory(type, k, rows, ofExperts)),
        List = (type, k) => List(type, k, specialized: true),
    };

    /// <summary>The length of the rows is an argument: what specialisation is measured against, and for nothing else.</summary>
    private static readonly MatMulRecipe s_generic = s_specialized with
    {
        Name = "gemm.amx.generic",
        Summary = "expanded to bf16, by bf16 activations, tdpbf16ps; one form for all row lengths",
        Default = RouteSetting.Off,
        Priority = 290,
        CreateKernel = (type, k, rows, ofExperts) => WeightCodes.Visit(type, new TileGemmFactory(type, k, rows, ofExperts, specialized: false)),
        List = (type, k) => List(type, k, specialized: false),
    };

    public static IReadOnlyList<MatMulRecipe> All { get; } = [s_specialized, s_generic];

    public static string? WhyNotHere => X64Features.AmxBf16 ? null : "the processor has no matrix tiles, or the system does not grant them";

    private static IEnumerable<KernelListing> List(GgmlType type, int k, bool specialized) =>
    [
        .. TileKernels.List(TileParts.Rounded, k, specialized),
        .. !GemvFormats.Types.Contains(type) ? [] : specialized ? EmittedTileUnpacker.List(type, k) : GenericTileUnpacker.List(type, k),
    ];
}
