using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Formats.Tests.Quantization;

public sealed unsafe class BlockFormatTests
{
    [Theory]
    [InlineData(GgmlType.F32, 1, 4)]
    [InlineData(GgmlType.F16, 1, 2)]
    [InlineData(GgmlType.BF16, 1, 2)]
    [InlineData(GgmlType.Q4_0, 32, 18)]
    [InlineData(GgmlType.Q4_1, 32, 20)]
    [InlineData(GgmlType.Q5_0, 32, 22)]
    [InlineData(GgmlType.Q5_1, 32, 24)]
    [InlineData(GgmlType.Q8_0, 32, 34)]
    [InlineData(GgmlType.Q2_K, 256, 84)]
    [InlineData(GgmlType.Q3_K, 256, 110)]
    [InlineData(GgmlType.Q4_K, 256, 144)]
    [InlineData(GgmlType.Q5_K, 256, 176)]
    [InlineData(GgmlType.Q6_K, 256, 210)]
    [InlineData(GgmlType.IQ2_XXS, 256, 66)]
    [InlineData(GgmlType.IQ2_XS, 256, 74)]
    [InlineData(GgmlType.IQ2_S, 256, 82)]
    [InlineData(GgmlType.IQ3_XXS, 256, 98)]
    [InlineData(GgmlType.IQ3_S, 256, 110)]
    [InlineData(GgmlType.IQ1_S, 256, 50)]
    [InlineData(GgmlType.IQ1_M, 256, 56)]
    [InlineData(GgmlType.IQ4_NL, 32, 18)]
    [InlineData(GgmlType.IQ4_XS, 256, 136)]
    [InlineData(GgmlType.TQ1_0, 256, 54)]
    [InlineData(GgmlType.TQ2_0, 256, 66)]
    [InlineData(GgmlType.MXFP4, 32, 17)]
    public void HasThePublishedGeometry(GgmlType type, int elements, int bytes)
    {
        BlockFormat format = BlockFormat.Get(type);

        Assert.Equal(type, format.Type);
        Assert.Equal(type.ToString(), format.Name);
        Assert.Equal(elements, format.BlockElements);
        Assert.Equal(bytes, format.BlockBytes);
        Assert.Equal(7L * bytes, format.ByteSize(7L * elements));
    }

    [Fact]
    public void ListsEachTypeOnce() => Assert.Equal(25, BlockFormat.All.Select(format => format.Type).Distinct().Count());

    [Theory]
    [InlineData(GgmlType.NVFP4)]
    [InlineData(GgmlType.Q8_K)]
    [InlineData(GgmlType.I32)]
    public void SaysThatAKnownTypeCannotBeComputedWith(GgmlType type)
    {
        Assert.Null(BlockFormat.Find(type));

        var error = Assert.Throws<NotSupportedException>(() => BlockFormat.Get(type));
        Assert.StartsWith($"Tensor type {type} (id {(int)type}) is known by name but cannot be computed with; the supported types are F32, ", error.Message);
    }

    [Fact]
    public void SaysThatATypeIsUnknown()
    {
        Assert.Null(BlockFormat.Find((GgmlType)1234));

        var error = Assert.Throws<NotSupportedException>(() => BlockFormat.Get((GgmlType)1234));
        Assert.StartsWith("Tensor type id 1234 is unknown; the supported types are F32, ", error.Message);
    }

    [Theory]
    [InlineData(GgmlType.Q8_0, 31)]
    [InlineData(GgmlType.Q8_0, 33)]
    [InlineData(GgmlType.Q8_0, -32)]
    [InlineData(GgmlType.F32, -1)]
    public void RefusesPartsOfABlock(GgmlType type, long elements)
    {
        BlockFormat format = BlockFormat.Get(type);

        Assert.Throws<ArgumentException>(nameof(elements), () => format.ByteSize(elements));
        Assert.Throws<ArgumentException>(nameof(elements), () => format.Dequantize(null, null, elements));
        Assert.Throws<ArgumentException>(nameof(elements), () => format.Quantize(null, null, elements));
    }

    [Fact]
    public void ReportsASizeBeyond64Bits() => Assert.Throws<OverflowException>(() => BlockFormat.Get(GgmlType.F32).ByteSize(long.MaxValue));

    [Fact]
    public void SaysWhichTypesCanBeWritten()
    {
        BlockFormat format = BlockFormat.Get(GgmlType.Q2_K);
        Assert.False(format.CanQuantize);

        var error = Assert.Throws<NotSupportedException>(() => format.Quantize(null, null, 256));
        Assert.Equal(
            "Q2_K can be read but not written; the types that can be written are F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, MXFP4.",
            error.Message);
    }

    [Fact]
    public void ZeroElementsTouchNothing()
    {
        BlockFormat.Get(GgmlType.Q4_K).Dequantize(null, null, 0);
        BlockFormat.Get(GgmlType.Q8_0).Quantize(null, null, 0);
    }
}
