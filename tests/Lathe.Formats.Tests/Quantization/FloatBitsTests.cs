using Lathe.Formats.Quantization;

namespace Lathe.Formats.Tests.Quantization;

public sealed class FloatBitsTests
{
    [Fact]
    public void EveryHalfMatchesItsDefinitionAndComesBack()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            int exponent = (bits >> 10) & 31;
            int mantissa = bits & 1023;
            float value = HalfBits.ToSingle((ushort)bits);
            if (exponent == 31 && mantissa != 0)
            {
                Assert.True(float.IsNaN(value));
                Assert.True(float.IsNaN(HalfBits.ToSingle(HalfBits.FromSingle(value))));
                continue;
            }

            double magnitude = exponent switch
            {
                31 => double.PositiveInfinity,
                0 => Math.ScaleB(mantissa, -24),
                _ => Math.ScaleB(1024 + mantissa, exponent - 25),
            };
            Assert.Equal((bits & 0x8000) != 0 ? -magnitude : magnitude, value);
            Assert.Equal(bits, HalfBits.FromSingle(value));
        }
    }

    [Theory]
    [InlineData(2049f, 2048f)]
    [InlineData(2051f, 2052f)]
    [InlineData(65519.996f, 65504f)]
    [InlineData(65520f, float.PositiveInfinity)]
    [InlineData(-1e30f, float.NegativeInfinity)]
    [InlineData(2.9802322e-8f, 0f)]
    [InlineData(2.9802326e-8f, 5.9604645e-8f)]
    public void HalfRoundsToNearestEven(float value, float expected) => Assert.Equal(expected, HalfBits.ToSingle(HalfBits.FromSingle(value)));

    [Theory]
    [InlineData(0x3F80_0000u, 0x3F80)]
    [InlineData(0x3F80_7FFFu, 0x3F80)]
    [InlineData(0x3F80_8000u, 0x3F80)]
    [InlineData(0x3F80_8001u, 0x3F81)]
    [InlineData(0x3F81_8000u, 0x3F82)]
    [InlineData(0xBF81_8000u, 0xBF82)]
    [InlineData(0x7F7F_FFFFu, 0x7F80)]
    [InlineData(0x0000_8000u, 0x0000)]
    [InlineData(0x0000_8001u, 0x0001)]
    [InlineData(0x7F80_0000u, 0x7F80)]
    [InlineData(0xFF80_0000u, 0xFF80)]
    [InlineData(0x7F80_0001u, 0x7FC0)]
    [InlineData(0x7FFF_FFFFu, 0x7FFF)]
    [InlineData(0xFFFF_FFFFu, 0xFFFF)]
    public void BFloat16RoundsToNearestEvenAndQuietsNaN(uint single, int expected) =>
        Assert.Equal(expected, BFloat16Bits.FromSingle(BitConverter.UInt32BitsToSingle(single)));

    [Fact]
    public void EveryBFloat16IsTheUpperHalfOfASingle()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            Assert.Equal((uint)bits << 16, BitConverter.SingleToUInt32Bits(BFloat16Bits.ToSingle((ushort)bits)));
        }
    }
}
