namespace Lathe.Cpu.X64.MatMul.Gemv256;

/// <summary>The gemv for processors without AVX-512.</summary>
internal static class Gemv256Recipes
{
    /// <summary>The levels that there is 256-bit code for.</summary>
    public static IReadOnlyList<X64Level> Levels { get; } = [X64Level.AvxVnni, X64Level.Avx2];

    public static IReadOnlyList<MatMulRecipe> All { get; } = [.. Levels.Select(Create)];

    /// <summary>Last part of a recipe's name.</summary>
    public static string Name(X64Level level) => level == X64Level.AvxVnni ? "vnni256" : "avx2";

    /// <summary>The instructions that multiply.</summary>
    public static string Products(X64Level level) => level == X64Level.AvxVnni ? "vpdpbusd ymm" : "vpmaddubsw ymm";

    private static MatMulRecipe Create(X64Level level) => new()
    {
        Name = $"gemv.{Name(level)}",
        Types = [.. Gemv256Formats.Types],
        Summary = $"read once, by int8 activations, {Products(level)}; emitted for each row length",
        MaxRows = MatMulRecipe.MaxGemvRows,
        Instructions = X64Levels.Name(level),
        WhyNotHere = X64Levels.WhyNot(level),

        // Behind the 512-bit form, before the portable kernels.
        Priority = level == X64Level.AvxVnni ? 180 : 170,
        CreateKernel = (type, k, rows, _) => new Gemv256Kernel(type, level, k, rows),
        List = (type, k) => Gemv256Kernel.List(type, level, k),
    };
}
