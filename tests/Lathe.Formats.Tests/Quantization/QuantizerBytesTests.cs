using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Formats.Tests.Quantization;

/// <summary>Blocks worked out by hand, for the decisions that an error bound does not see: rounding, ties, clamping, bit order.</summary>
public sealed class QuantizerBytesTests
{
    private const string HalfOne = "003C";
    private const string HalfMinusOne = "00BC";

    [Fact]
    public void Q8_0RoundsHalvesAwayFromZero()
    {
        float[] values = Block(127, 0.5f, -0.5f, 1.5f, -1.5f, 2.4f, -127);

        Assert.Equal(HalfOne + "7F01FF02FE0281" + Zeros(25), Quantize(GgmlType.Q8_0, values));
    }

    [Fact]
    public void Q4_0PutsTheExtremeOnMinusEightAndClampsTheOtherEnd()
    {
        // d = 1: −8 is level 0, and +8 would be level 16, but 15 is the end.
        float[] values = Block(-8, 7.9f, 8, 0.5f, -0.5f);
        values[16] = 1;

        Assert.Equal(HalfOne + "908F8F8988" + Repeat("88", 11), Quantize(GgmlType.Q4_0, values));
    }

    [Fact]
    public void Q4_0TakesTheSignOfTheFirstExtreme()
    {
        float[] values = Block(8, -8);

        Assert.Equal(HalfMinusOne + "808F" + Repeat("88", 14), Quantize(GgmlType.Q4_0, values));
    }

    [Fact]
    public void Q4_1SpansMinToMax()
    {
        float[] values = Ramp(-7, 1, 16, first: -7);
        values[16] = 8;

        Assert.Equal(HalfOne + "00C7" + "F0010203040506070809" + "0A0B0C0D0E0F", Quantize(GgmlType.Q4_1, values));
    }

    [Fact]
    public void Q5_0KeepsTheFifthBitsApart()
    {
        float[] values = Ramp(-16, 1, 32);

        Assert.Equal(HalfOne + "0000FFFF" + "00112233445566778899AABBCCDDEEFF", Quantize(GgmlType.Q5_0, values));
    }

    [Fact]
    public void Q5_1KeepsTheFifthBitsApart()
    {
        float[] values = Ramp(2, 1, 32);

        Assert.Equal(HalfOne + "0040" + "0000FFFF" + "00112233445566778899AABBCCDDEEFF", Quantize(GgmlType.Q5_1, values));
    }

    [Fact]
    public void MXFP4TakesTheNearestCodeAndTheSmallerOfTwo()
    {
        // The largest is 7.9, so e = 127 and the codes mean 0, ½, 1, 1½, 2, 3, 4, 6.
        float[] values = Block(7.9f, 0.25f, 0.26f, -2.5f, -2.6f, 5, 5.1f, -0.1f);
        values[16] = -1.5f;

        Assert.Equal("7F" + "B70001" + "0C0D" + "060700" + Zeros(8), Quantize(GgmlType.MXFP4, values));
    }

    [Fact]
    public void MXFP4TakesInfinityToTheTopOfTheRange() =>
        Assert.Equal("FC" + "070F" + Zeros(14), Quantize(GgmlType.MXFP4, Block(float.PositiveInfinity, float.NegativeInfinity)));

    [Theory]
    [InlineData(4f, 127)]
    [InlineData(3.9999998f, 126)]
    [InlineData(1.1754944e-38f, 0)]
    [InlineData(1e-45f, 0)]
    [InlineData(float.MaxValue, 252)]
    [InlineData(float.PositiveInfinity, 252)]
    public void MXFP4ChoosesTheExponentOfTheLargest(float largest, int exponent) =>
        Assert.StartsWith(exponent.ToString("X2"), Quantize(GgmlType.MXFP4, Block(-largest)));

    private static string Quantize(GgmlType type, float[] values) => Convert.ToHexString(Formats.Quantize(BlockFormat.Get(type), values));

    private static float[] Block(params float[] first) => [.. first, .. new float[32 - first.Length]];

    /// <summary><paramref name="count"/> rising values, filled up to a block with <paramref name="first"/>.</summary>
    private static float[] Ramp(float start, float step, int count, float first = 0) =>
        [.. Enumerable.Range(0, count).Select(i => start + (i * step)), .. Enumerable.Repeat(first, 32 - count)];

    private static string Zeros(int bytes) => Repeat("00", bytes);

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
