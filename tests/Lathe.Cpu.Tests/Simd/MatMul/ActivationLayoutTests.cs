using System.Runtime.InteropServices;
using Lathe.Cpu.Simd.MatMul;

namespace Lathe.Cpu.Tests.Simd.MatMul;

public sealed unsafe class ActivationLayoutTests
{
    [Theory]
    [InlineData(32)]
    [InlineData(256)]
    [InlineData(2880)]
    public void Rows_keep_alignment_and_bounds(int k)
    {
        long bytes = ActivationLayout.BytesPerRow(k);
        Assert.Equal(0, bytes % 64);
        var x = new float[k];
        Array.Fill(x, 1);
        var row = (byte*)NativeMemory.AlignedAlloc((nuint)bytes + 64, 64);
        new Span<byte>(row, (int)bytes + 64).Fill(0xA5);
        fixed (float* source = x)
        {
            ActivationLayout.Quantize(source, row, k);
        }

        Assert.Single(new Span<sbyte>(row, k).ToArray().Distinct());
        Assert.False(new Span<byte>(row + bytes, 64).ContainsAnyExcept((byte)0xA5));
        NativeMemory.AlignedFree(row);
    }

    [Fact]
    public void Every_value_is_within_half_a_step_of_its_code()
    {
        var random = new Random(3);
        for (var block = 0; block < 500; block++)
        {
            var x = RandomBlock(random);
            var (codes, scale) = Quantize(x);
            Assert.True(codes.Max(code => Math.Abs((int)code)) is >= 120 and <= 127);
            for (var i = 0; i < x.Length; i++)
            {
                // Half a step of rounding, and what the fitted scale moves a code by: about a thousandth of itself, a few times that at worst.
                Assert.InRange(x[i] - (codes[i] * scale), -0.8f * scale, 0.8f * scale);
            }
        }
    }

    [Fact]
    public void The_error_is_a_tenth_below_that_of_the_plain_scale()
    {
        var random = new Random(5);
        double plain = 0, fitted = 0;
        for (var block = 0; block < 2000; block++)
        {
            var x = RandomBlock(random);
            var (codes, scale) = Quantize(x);
            var step = x.Max(MathF.Abs) / 127;
            for (var i = 0; i < x.Length; i++)
            {
                plain += Math.Pow(x[i] - (MathF.Round(x[i] / step) * step), 2);
                fitted += Math.Pow(x[i] - (codes[i] * scale), 2);
            }
        }

        Assert.InRange(Math.Sqrt(fitted / plain), 0.5, 0.91);
    }

    [Fact]
    public void Zeros_and_vanishing_values_give_zeros()
    {
        Assert.False(Quantize(new float[32]).Codes.AsSpan().ContainsAnyExcept((sbyte)0));
        var tiny = new float[32];
        Array.Fill(tiny, float.Epsilon);
        Assert.False(Quantize(tiny).Codes.AsSpan().ContainsAnyExcept((sbyte)0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-32)]
    [InlineData(33)]
    public void Sizes_that_are_not_blocks_are_refused(int k) => Assert.Throws<ArgumentOutOfRangeException>(() => ActivationLayout.BytesPerRow(k));

    private static float[] RandomBlock(Random random)
    {
        var x = new float[32];
        for (var i = 0; i < x.Length; i++)
        {
            // The sum of four is close to a normal distribution, as activations are.
            x[i] = random.NextSingle() + random.NextSingle() + random.NextSingle() + random.NextSingle() - 2;
        }

        return x;
    }

    private static (sbyte[] Codes, float Scale) Quantize(float[] x)
    {
        var row = (byte*)NativeMemory.AlignedAlloc((nuint)ActivationLayout.BytesPerRow(x.Length), 64);
        fixed (float* source = x)
        {
            ActivationLayout.Quantize(source, row, x.Length);
        }

        sbyte[] codes = new Span<sbyte>(row, x.Length).ToArray();
        float scale = *(float*)(row + new ActivationLayout(x.Length).ScalesOffset);
        NativeMemory.AlignedFree(row);
        return (codes, scale);
    }
}
