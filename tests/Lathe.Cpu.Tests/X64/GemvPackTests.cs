using Lathe.Cpu.Tests.Simd.MatMul;
using Lathe.Cpu.X64;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Cpu.X64.MatMul.Panels;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Tests.X64;

/// <summary>The emitted packing of activations against the same in C#.</summary>
public sealed unsafe class GemvPackTests
{
    public static TheoryData<GgmlType> Types => [.. GemvFormats.Types];

    [Theory]
    [MemberData(nameof(Types))]
    public void Packs_as_the_layout_does(GgmlType type)
    {
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        foreach (var k in (int[])[32, 96, 256, 480, 2048, 2880])
        {
            var random = new Random(k);
            AssertSame(type, k, _ => Normal(random));
            AssertSame(type, k, i => Normal(random) * MathF.Exp(((i / 32 % 13) - 6) * 3));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Records_of_the_panel_gemm_become_the_same_activations(GgmlType type)
    {
        foreach (var k in (int[])[32, 480, 2048])
        {
            var format = GemvFormats.Create(type);
            var (layout, panels) = (new GemvLayout(format, k), new PanelActivations(format.HasMinimaApart ? 2 : 1));
            var random = new Random(k);
            using var source = new GuardedMemory(k * sizeof(float));
            using var records = new GuardedMemory(panels.RowBytes(k));
            using var expected = new GuardedMemory(layout.RowBytes);
            using var actual = new GuardedMemory(layout.RowBytes);
            actual.Span.Fill(0xA5);
            for (var i = 0; i < k; i++)
            {
                ((float*)source.Pointer)[i] = Normal(random);
            }

            layout.Pack((float*)source.Pointer, expected.Pointer);
            panels.Pack((float*)source.Pointer, records.Pointer, k);
            layout.Pack(records.Pointer, panels, actual.Pointer);
            Assert.Equal(expected.Span, actual.Span);
        }
    }

    /// <summary>One value of each block is of the kind in question, of either sign, the others ordinary, all as small, or zeros.</summary>
    [Theory]
    [InlineData(0f)]
    [InlineData(float.Epsilon)]
    [InlineData(9.9e-37f)]
    [InlineData(1e-36f)]
    [InlineData(1.2e-36f)]
    [InlineData(1e-30f)]
    [InlineData(1e18f)]
    [InlineData(1.1e18f)]
    [InlineData(1e20f)]
    [InlineData(3e38f)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NaN)]
    public void Packs_unusual_values_as_the_layout_does(float unusual)
    {
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        foreach (var type in (GgmlType[])[GgmlType.Q8_0, GgmlType.Q4_K, GgmlType.Q2_K])
        {
            foreach (var others in (float[])[0, 1, Math.Abs(unusual) < 1 ? Math.Abs(unusual) : 1e17f])
            {
                var random = new Random(7);
                AssertSame(type, 320, i => i % 32 == i / 32 * 3 % 32 ? (i / 32 % 2 == 0 ? unusual : -unusual) : others * ((random.NextSingle() * 2) - 1));
            }
        }
    }

    [Fact]
    public void One_value_of_a_row_sends_the_whole_row_to_the_exact_code()
    {
        Assert.SkipUnless(X64Features.Avx512Vnni, "The processor has no 512-bit vpdpbusd.");
        foreach (var place in (int[])[0, 255, 256, 319])
        {
            var random = new Random(9);
            AssertSame(GgmlType.Q5_K, 512, i => i == place ? float.NaN : Normal(random));
            AssertSame(GgmlType.Q4_1, 320, i => i == place ? 2e19f : Normal(random));
        }
    }

    private static void AssertSame(GgmlType type, int k, Func<int, float> value)
    {
        var layout = new GemvLayout(GemvFormats.Create(type), k);
        var kernel = new GemvKernel(GemvFormats.Create(type), k, 1);
        using var source = new GuardedMemory(k * sizeof(float));
        using var expected = new GuardedMemory(layout.RowBytes);
        using var actual = new GuardedMemory(layout.RowBytes);
        actual.Span.Fill(0xA5);
        var x = (float*)source.Pointer;
        for (var i = 0; i < k; i++)
        {
            x[i] = value(i);
        }

        layout.Pack(x, expected.Pointer);
        kernel.Pack(x, actual.Pointer, k);
        for (var step = 0; step < layout.Steps; step++)
        {
            var start = step * layout.RecordBytes;
            var integers = layout.ScalesOffset;
            Assert.Equal(expected.Span.Slice(start, integers), actual.Span.Slice(start, integers));
            for (var i = integers; i < layout.RecordBytes; i += sizeof(float))
            {
                // Zeros may differ in their sign, where there are no values.
                Assert.Equal(*(float*)(expected.Pointer + start + i), *(float*)(actual.Pointer + start + i));
            }
        }
    }

    private static float Normal(Random random) => random.NextSingle() + random.NextSingle() + random.NextSingle() + random.NextSingle() - 2;
}
