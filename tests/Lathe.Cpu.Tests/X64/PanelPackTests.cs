using System.Runtime.InteropServices;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Tests.Simd.MatMul;
using Lathe.Cpu.X64;
using Lathe.Cpu.X64.MatMul.Panels;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Tests.X64;

/// <summary>The activations of the panel gemm against the int8 codes, scales and sums of the portable layout.</summary>
public sealed unsafe class PanelPackTests
{
    private static readonly GgmlType[] s_types = [GgmlType.Q4_K, GgmlType.Q2_K]; // one sum per record, and two

    [Fact]
    public void Packs_as_the_portable_layout_does()
    {
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        foreach (var k in (int[])[32, 96, 256, 480, 2048, 2880])
        {
            var random = new Random(k);
            AssertSame(k, _ => Normal(random));
            AssertSame(k, i => Normal(random) * MathF.Exp(((i / 32 % 13) - 6) * 3));
        }
    }

    /// <summary>One value of each block is of the kind in question, of either sign, the others ordinary, all as small, or zeros.</summary>
    [Theory]
    [InlineData(0f)]
    [InlineData(float.Epsilon)]
    [InlineData(1e-36f)]
    [InlineData(1.2e-36f)]
    [InlineData(1e18f)]
    [InlineData(1e20f)]
    [InlineData(3e38f)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NaN)]
    public void Packs_unusual_values_as_the_portable_layout_does(float unusual)
    {
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        foreach (var others in (float[])[0, 1, Math.Abs(unusual) < 1 ? Math.Abs(unusual) : 1e17f])
        {
            var random = new Random(7);
            AssertSame(320, i => i % 32 == i / 32 * 3 % 32 ? (i / 32 % 2 == 0 ? unusual : -unusual) : others * ((random.NextSingle() * 2) - 1));
        }
    }

    private static void AssertSame(int k, Func<int, float> value)
    {
        var layout = new ActivationLayout(k);
        using var source = new GuardedMemory(k * sizeof(float));
        using var expected = new GuardedMemory(layout.RowBytes);
        var x = (float*)source.Pointer;
        for (var i = 0; i < k; i++)
        {
            x[i] = value(i);
        }

        ActivationLayout.Quantize(x, expected.Pointer, k);
        foreach (var type in s_types)
        {
            var kernel = WeightCodes.Visit(type, new PanelGemmFactory(type, k));
            using var actual = new GuardedMemory(kernel.ActivationBytesPerRow(k));
            actual.Span.Fill(0xA5);
            kernel.Pack(x, actual.Pointer, k);
            var sums = type == GgmlType.Q2_K ? 2 : 1;
            var scaledSums = (float*)(expected.Pointer + (sums == 2 ? layout.ScaledSums16Offset : layout.ScaledSums32Offset));
            for (var block = 0; block < k / 32; block++)
            {
                var record = actual.Pointer + (block * (36 + (4 * sums)));
                for (var i = 0; i < 32; i++)
                {
                    Assert.Equal(((sbyte*)expected.Pointer)[(32 * block) + i] + 128, record[i]);
                }

                var floats = MemoryMarshal.Cast<byte, float>(new ReadOnlySpan<byte>(record + 32, 4 + (4 * sums)));
                Assert.Equal(((float*)(expected.Pointer + layout.ScalesOffset))[block], floats[0]);
                for (var sum = 0; sum < sums; sum++)
                {
                    // Zeros may differ in their sign, where there are no values.
                    Assert.Equal(scaledSums[(sums * block) + sum], floats[1 + sum]);
                }
            }
        }
    }

    private static float Normal(Random random) => random.NextSingle() + random.NextSingle() + random.NextSingle() + random.NextSingle() - 2;
}
