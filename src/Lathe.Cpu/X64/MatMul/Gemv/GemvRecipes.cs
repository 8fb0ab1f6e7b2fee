using Lathe.Engine.Routing;

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>The 512-bit gemv.</summary>
internal static class GemvRecipes
{
    private static readonly MatMulRecipe s_specialized = new()
    {
        Name = "gemv.vnni512",
        Types = [.. GemvFormats.Types],
        Summary = "read once, by int8 activations, vpdpbusd zmm; emitted for each row length",
        MaxRows = MatMulRecipe.MaxGemvRows,
        Instructions = "AVX-512 VNNI",
        WhyNotHere = X64Features.Avx512Vnni ? null : "the processor has no 512-bit vpdpbusd",
        Priority = 200,
        CreateKernel = (type, k, rows, _) => new GemvKernel(GemvFormats.Create(type), k, rows),
        List = (type, k) => GemvKernel.List(type, k),
    };

    /// <summary>The length of the rows is an argument: what specialisation is measured against.</summary>
    private static readonly MatMulRecipe s_generic = s_specialized with
    {
        Name = "gemv.vnni512.generic",
        Summary = "read once, by int8 activations, vpdpbusd zmm; one form for all row lengths",
        Default = RouteSetting.Auto,
        Priority = 190,
        LengthMultiple = GemvLayout.StepElements,
        IsForExperts = false,
        CreateKernel = (type, k, rows, _) => new GemvKernel(GemvFormats.Create(type), k, rows, specialized: false),
        List = (type, k) => GemvKernel.List(type, k, specialized: false),
    };

    public static IReadOnlyList<MatMulRecipe> All { get; } = [s_specialized, s_generic];
}
