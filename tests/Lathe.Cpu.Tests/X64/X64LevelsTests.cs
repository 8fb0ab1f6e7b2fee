using Lathe.Cpu.X64;

namespace Lathe.Cpu.Tests.X64;

public sealed class X64LevelsTests
{
    [Fact]
    public void Levels_of_wider_vectors_include_those_of_narrower_ones()
    {
        foreach (var (level, below) in new[]
        {
            (X64Level.AvxVnni, X64Level.Avx2),
            (X64Level.Avx512, X64Level.Avx2),
            (X64Level.Avx512Vnni, X64Level.Avx512),
            (X64Level.Avx512Bf16, X64Level.Avx512Vnni),
        })
        {
            Assert.True(!X64Levels.IsSupported(level) || X64Levels.IsSupported(below), $"{level} without {below}");
        }
    }

    [Fact]
    public void A_level_is_supported_or_says_why_not()
    {
        foreach (var level in Enum.GetValues<X64Level>())
        {
            Assert.Equal(X64Levels.IsSupported(level), X64Levels.WhyNot(level) is null);
            Assert.Equal(X64Levels.IsSupported(level), X64Levels.Supported.Contains(level));
        }

        Assert.Equal(X64Levels.Supported.Count == 0, X64Levels.Description is null);
    }

    [Fact]
    public void What_is_no_level_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => X64Levels.IsSupported((X64Level)99));
        Assert.Throws<ArgumentOutOfRangeException>(() => X64Levels.Name((X64Level)99));
    }
}
