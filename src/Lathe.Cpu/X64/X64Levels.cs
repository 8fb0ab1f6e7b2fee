namespace Lathe.Cpu.X64;

/// <summary>Which <see cref="X64Level">levels</see> this process can run. The switches of the .NET runtime that hide instructions
/// (<c>DOTNET_EnableAVX512=0</c>, <c>DOTNET_EnableAVXVNNI=0</c>) hide them here, too.</summary>
public static class X64Levels
{
    /// <summary>The levels that this process can run, the plainest first; none on other processors.</summary>
    public static IReadOnlyList<X64Level> Supported { get; } = [.. Enum.GetValues<X64Level>().Where(IsSupported)];

    /// <summary>The best level and matrix tiles in words; null where no code can be emitted.</summary>
    public static string? Description { get; } =
        Supported.Count == 0 ? null : X64Features.AmxBf16 ? $"{Name(Supported[^1])} + AMX" : Name(Supported[^1]);

    public static bool IsSupported(X64Level level) => level switch
    {
        X64Level.Avx2 => X64Features.Avx2,
        X64Level.AvxVnni => X64Features.AvxVnni,
        X64Level.Avx512 => X64Features.Avx512,
        X64Level.Avx512Vnni => X64Features.Avx512Vnni,
        X64Level.Avx512Bf16 => X64Features.Avx512Bf16,
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "Not a level of x64 instructions."),
    };

    /// <summary>Null if this process can run <paramref name="level"/>; otherwise a sentence that says what is missing.</summary>
    public static string? WhyNot(X64Level level) => IsSupported(level) ? null : $"the processor has no {Name(level)}, or it is hidden from this process";

    /// <summary>The level as its makers write it.</summary>
    public static string Name(X64Level level) => level switch
    {
        X64Level.Avx2 => "AVX2",
        X64Level.AvxVnni => "AVX-VNNI",
        X64Level.Avx512 => "AVX-512",
        X64Level.Avx512Vnni => "AVX-512 VNNI",
        X64Level.Avx512Bf16 => "AVX-512 BF16",
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "Not a level of x64 instructions."),
    };
}
