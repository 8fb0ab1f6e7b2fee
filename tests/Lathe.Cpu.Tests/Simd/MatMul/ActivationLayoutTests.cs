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

        Assert.False(new Span<sbyte>(row, k).ContainsAnyExcept((sbyte)127));
        Assert.False(new Span<byte>(row + bytes, 64).ContainsAnyExcept((byte)0xA5));
        NativeMemory.AlignedFree(row);
    }

    [Fact]
    public void Codes_round_to_nearest_even_and_reach_127()
    {
        var x = new float[32];
        x[0] = 127;
        x[1] = -127;
        x[2] = 0.5f;
        x[3] = 1.5f;
        x[4] = -2.5f;
        x[31] = 3.4f;
        Assert.Equal((sbyte[])[127, -127, 0, 2, -2], Quantize(x)[..5]);
        Assert.Equal(3, Quantize(x)[31]);
    }

    [Fact]
    public void Zeros_and_vanishing_values_give_zeros()
    {
        Assert.False(Quantize(new float[32]).AsSpan().ContainsAnyExcept((sbyte)0));
        var tiny = new float[32];
        Array.Fill(tiny, float.Epsilon);
        Assert.False(Quantize(tiny).AsSpan().ContainsAnyExcept((sbyte)0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-32)]
    [InlineData(33)]
    public void Sizes_that_are_not_blocks_are_refused(int k) => Assert.Throws<ArgumentOutOfRangeException>(() => ActivationLayout.BytesPerRow(k));

    private static sbyte[] Quantize(float[] x)
    {
        var row = (byte*)NativeMemory.AlignedAlloc((nuint)ActivationLayout.BytesPerRow(x.Length), 64);
        fixed (float* source = x)
        {
            ActivationLayout.Quantize(source, row, x.Length);
        }

        sbyte[] codes = new Span<sbyte>(row, x.Length).ToArray();
        NativeMemory.AlignedFree(row);
        return codes;
    }
}
