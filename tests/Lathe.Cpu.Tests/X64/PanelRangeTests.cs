using System.Runtime.Intrinsics;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;
using Lathe.Cpu.X64;
using Lathe.Cpu.X64.MatMul.Panels256;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Tests.X64;

/// <summary>16-bit sums of products must not saturate: what the formats say of their largest code has to be true, and what the kernels conclude from it.</summary>
public sealed class PanelRangeTests
{
    public static TheoryData<GgmlType> Types => [.. WeightCodes.Types];

    [Theory]
    [MemberData(nameof(Types))]
    public void No_code_is_above_what_the_format_says(GgmlType type) => Assert.True(WeightCodes.Visit(type, new LargestCode()));

    [Theory]
    [InlineData(3, 8)]
    [InlineData(15, 8)]
    [InlineData(28, 4)]
    [InlineData(31, 4)]
    [InlineData(63, 2)]
    [InlineData(127, 1)]
    public void A_run_of_sums_fits_16_bits(int maxCode, int expected)
    {
        var run = new Panel256Shape(32, 0, HasMinima: false, maxCode, 2048).RunOfQuads;
        Assert.Equal(expected, run);
        Assert.True(run * 2 * 127 * maxCode <= short.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Types_are_served_where_that_pays(GgmlType type)
    {
        Assert.Equal(WeightCodes.Visit(type, new Pays(X64Level.AvxVnni)), PanelGemm256Recipes.TypesOf(X64Level.AvxVnni).Contains(type));
        Assert.Equal(WeightCodes.Visit(type, new Pays(X64Level.Avx2)), PanelGemm256Recipes.TypesOf(X64Level.Avx2).Contains(type));
    }

    private sealed class Pays(X64Level level) : IWeightCodesVisitor<bool>
    {
        public bool Visit<TCodes>()
            where TCodes : struct, IWeightCodes => level == X64Level.AvxVnni
                ? TCodes.GroupElements == 32
                : !TCodes.Signed && PanelGemm256<TCodes, Avx2Dot>.Shape(2048).RunOfQuads >= 4;
    }

    private sealed unsafe class LargestCode : IWeightCodesVisitor<bool>
    {
        /// <summary>Random blocks, and such of nothing but ones.</summary>
        public bool Visit<TCodes>()
            where TCodes : struct, IWeightCodes
        {
            if (TCodes.Signed)
            {
                return true;
            }

            TCodes.Prepare();
            const int Blocks = 4096;
            var bytes = new byte[Blocks * TCodes.BlockBytes];
            new Random(TCodes.BlockBytes).NextBytes(bytes);
            bytes.AsSpan(0, TCodes.BlockBytes).Fill(0xff);
            var largest = 0;
            fixed (byte* blocks = bytes)
            {
                for (var block = 0; block < Blocks; block++)
                {
                    for (var part = 0; part < TCodes.BlockElements / 32; part++)
                    {
                        for (var lane = 0; lane < Vector256<byte>.Count; lane++)
                        {
                            largest = Math.Max(largest, TCodes.Codes(blocks + (block * TCodes.BlockBytes), part)[lane]);
                        }
                    }
                }
            }

            return largest <= TCodes.MaxCode;
        }
    }
}
