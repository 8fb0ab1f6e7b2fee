using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Formats.Tests.Quantization;

public sealed unsafe class QuantizeTests
{
    private const int Values = 256;

    public static TheoryData<GgmlType> Types => Formats.Quantizable;

    public static TheoryData<GgmlType, string> TypesAndInputs
    {
        get
        {
            var data = new TheoryData<GgmlType, string>();
            foreach (BlockFormat format in BlockFormat.All.Where(format => format.CanQuantize))
            {
                foreach (string name in s_inputs.Keys)
                {
                    data.Add(format.Type, name);
                }
            }

            return data;
        }
    }

    private static readonly Dictionary<string, Func<Random, int, float>> s_inputs = new()
    {
        ["normal"] = (random, _) => Normal(random),
        ["uniform positive"] = (random, _) => 1 + random.NextSingle(),
        ["weights"] = (random, _) => 0.02f * Normal(random),
        ["constant"] = (_, _) => -0.75f,
        ["positive spike"] = (random, i) => i % 32 == 5 ? 300 : 0.01f * Normal(random),
        ["negative spike"] = (random, i) => i % 32 == 31 ? -300 : 0.01f * Normal(random),
        ["alternating"] = (_, i) => i % 2 == 0 ? 1 : -1,
        ["ramp"] = (_, i) => (i % 32) - 15.5f,
    };

    [Theory]
    [MemberData(nameof(TypesAndInputs))]
    public void ErrorStaysWithinTheStep(GgmlType type, string input)
    {
        BlockFormat format = BlockFormat.Get(type);
        float[] values = Make(input);

        float[] back = Formats.Dequantize(format, Formats.Quantize(format, values));

        foreach (int start in Enumerable.Range(0, Values / format.BlockElements).Select(block => block * format.BlockElements))
        {
            double bound = ErrorBound(type, values.AsSpan(start, format.BlockElements));
            for (int i = start; i < start + format.BlockElements; i++)
            {
                double error = Math.Abs((double)back[i] - values[i]);
                Assert.True(error <= bound, $"{type} {input} value {i}: {values[i]} came back as {back[i]}, error {error} over {bound}");
            }
        }
    }

    /// <summary>What a quantiser wrote holds its own scale, so packing it a second time changes nothing.</summary>
    [Theory]
    [MemberData(nameof(TypesAndInputs))]
    public void IsIdempotent(GgmlType type, string input)
    {
        BlockFormat format = BlockFormat.Get(type);
        float[] once = Formats.Dequantize(format, Formats.Quantize(format, Make(input)));

        float[] twice = Formats.Dequantize(format, Formats.Quantize(format, once));

        Assert.Equal(once, twice);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void ZerosStayZeros(GgmlType type)
    {
        BlockFormat format = BlockFormat.Get(type);

        float[] back = Formats.Dequantize(format, Formats.Quantize(format, new float[Values]));

        Assert.All(back, value => Assert.Equal(0f, value));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void DenormalsStayTiny(GgmlType type)
    {
        BlockFormat format = BlockFormat.Get(type);
        float[] values = [.. Enumerable.Range(0, Values).Select(i => (i - 128) * float.Epsilon)];

        float[] back = Formats.Dequantize(format, Formats.Quantize(format, values));

        Assert.All(back, value => Assert.InRange(value, -1e-38f, 1e-38f));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void AcceptsAnyInput(GgmlType type)
    {
        BlockFormat format = BlockFormat.Get(type);
        float[] odd = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, -float.MaxValue, 1e30f, float.Epsilon, -0f, 1];
        for (int a = 0; a < odd.Length; a++)
        {
            for (int b = 0; b < odd.Length; b++)
            {
                float[] values = [.. Enumerable.Range(0, Values).Select(i => i % 3 == 0 ? odd[b] : odd[a])];

                Assert.Equal(Values, Formats.Dequantize(format, Formats.Quantize(format, values)).Length);
            }
        }
    }

    /// <summary>One NaN in a block must not spoil the values beside it.</summary>
    [Theory]
    [InlineData(GgmlType.Q4_0)]
    [InlineData(GgmlType.Q4_1)]
    [InlineData(GgmlType.Q5_0)]
    [InlineData(GgmlType.Q5_1)]
    [InlineData(GgmlType.Q8_0)]
    [InlineData(GgmlType.MXFP4)]
    public void NaNDoesNotSpread(GgmlType type)
    {
        BlockFormat format = BlockFormat.Get(type);
        foreach (int at in (int[])[0, 15, 16, 31])
        {
            float[] values = Make("normal")[..32];
            values[at] = values[(at + 1) % 32];
            float[] expected = Formats.Dequantize(format, Formats.Quantize(format, values));
            values[at] = float.NaN;

            float[] back = Formats.Dequantize(format, Formats.Quantize(format, values));

            expected[at] = back[at];
            Assert.Equal(expected, back);
        }
    }

    [Theory]
    [InlineData(GgmlType.F32)]
    [InlineData(GgmlType.F16)]
    [InlineData(GgmlType.BF16)]
    public void FloatsKeepNaNAndInfinity(GgmlType type)
    {
        BlockFormat format = BlockFormat.Get(type);
        float[] values = [float.NaN, float.PositiveInfinity, float.NegativeInfinity];

        Assert.Equal(values, Formats.Dequantize(format, Formats.Quantize(format, values)));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void WritesTheBlockAndNothingElse(GgmlType type)
    {
        const int Margin = 63;
        const byte Sentinel = 0xA5;
        BlockFormat format = BlockFormat.Get(type);
        float[] values = Make("normal")[..format.BlockElements];
        byte[] expected = Formats.Quantize(format, values);

        // Surroundings of the input that would win every maximum and minimum, if they were read.
        float[] input = [.. Enumerable.Repeat(1e9f, Margin), .. values, .. Enumerable.Repeat(-1e9f, Margin)];
        byte[] output = [.. Enumerable.Repeat(Sentinel, format.BlockBytes + (2 * Margin))];
        fixed (float* source = input)
        fixed (byte* destination = output)
        {
            format.Quantize(source + Margin, destination + Margin, format.BlockElements);
        }

        Assert.Equal(expected, output[Margin..^Margin]);
        Assert.All(output[..Margin], value => Assert.Equal(Sentinel, value));
        Assert.All(output[^Margin..], value => Assert.Equal(Sentinel, value));
    }

    private static float[] Make(string input)
    {
        var random = new Random(20240607);
        return [.. Enumerable.Range(0, Values).Select(i => s_inputs[input](random, i))];
    }

    private static float Normal(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    /// <summary>Half a step where the range is covered, a whole one at the shorter end of a lopsided range, plus the rounding of the scale to f16.</summary>
    private static double ErrorBound(GgmlType type, ReadOnlySpan<float> block)
    {
        double largest = 0;
        double min = double.PositiveInfinity;
        double max = double.NegativeInfinity;
        foreach (float value in block)
        {
            largest = Math.Max(largest, Math.Abs(value));
            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }

        double halfRounding = Math.ScaleB(1, -11);
        return type switch
        {
            GgmlType.F32 => 0,
            GgmlType.F16 => largest * halfRounding,
            GgmlType.BF16 => largest * Math.ScaleB(1, -8),
            GgmlType.Q4_0 => largest * ((1.0 / 8) + halfRounding),
            GgmlType.Q5_0 => largest * ((1.0 / 16) + halfRounding),
            GgmlType.Q8_0 => largest * ((0.5 / 127) + halfRounding + 1e-6),
            GgmlType.Q4_1 => ((max - min) * ((0.5 / 15) + halfRounding + 1e-6)) + (Math.Abs(min) * halfRounding) + (largest * 1e-6),
            GgmlType.Q5_1 => ((max - min) * ((0.5 / 31) + halfRounding + 1e-6)) + (Math.Abs(min) * halfRounding) + (largest * 1e-6),
            GgmlType.MXFP4 => largest / 4,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No error bound is stated for this type."),
        };
    }
}
