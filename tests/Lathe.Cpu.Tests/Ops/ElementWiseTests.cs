using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;

namespace Lathe.Cpu.Tests.Ops;

public sealed class ElementWiseTests
{
    private static readonly int[] s_widths = [1, 2, 3, 5, 15, 16, 17, 31, 32, 33, 48, 63, 100, 129, 1000];

    public static TheoryData<string> AddRoutes => OpRoutes.Of("add");

    public static TheoryData<string> GluRoutes => OpRoutes.Of("glu");

    public static TheoryData<string> ScaleRoutes => OpRoutes.Of("scale");

    public static TheoryData<string> SoftCapRoutes => OpRoutes.Of("soft_cap");

    public static TheoryData<string> OutputRowsRoutes => OpRoutes.Of("output_rows");

    [Theory]
    [MemberData(nameof(AddRoutes))]
    public void Add_is_exact(string route)
    {
        foreach (var (width, tokens, threads) in Grid())
        {
            float[] a = Numbers.Normal(width * tokens, 1), b = Numbers.Normal(width * tokens, 2);
            using var test = new OpTest(new GraphShape(tokens, 1), threads);
            test.SetInput(Values.Tokens(0, width), a, rowWise: true);
            test.SetInput(Values.Tokens(1, width), b);
            var node = new AddNode("add", 0, Values.Tokens(0, width), Values.Tokens(1, width), Values.Tokens(2, width));
            Assert.Equal(a.Zip(b, (x, y) => x + y), test.Run(OpRoutes.Get(route), node, Values.Batch(tokens)));
        }
    }

    [Theory]
    [MemberData(nameof(GluRoutes))]
    public void Swiglu_follows_its_formula(string route)
    {
        foreach (var (width, tokens, threads) in Grid())
        {
            float[] gate = Numbers.Normal(width * tokens, 1, deviation: 4), up = Numbers.Normal(width * tokens, 2);
            var expected = gate.Zip(up, (g, u) => GatedUnits.Activate(GluKind.SwiGlu, g, u)).ToArray();
            Numbers.AssertClose(1e-12, Glu(route, gate, up, width, tokens, threads), expected, $"{width} values, {tokens} tokens, {threads} threads");
        }
    }

    [Theory]
    [MemberData(nameof(GluRoutes))]
    public void Geglu_follows_its_formula(string route)
    {
        foreach (var (width, tokens, threads) in Grid())
        {
            float[] gate = Numbers.Normal(width * tokens, 1, deviation: 3), up = Numbers.Normal(width * tokens, 2);
            var expected = gate.Zip(up, (g, u) => GatedUnits.Activate(GluKind.GeGlu, g, u)).ToArray();
            Numbers.AssertClose(1e-12, Glu(route, gate, up, width, tokens, threads, GluKind.GeGlu), expected, $"{width} values, {tokens} tokens, {threads} threads");
        }
    }

    [Theory]
    [MemberData(nameof(GluRoutes))]
    public void Gelu_is_good_at_every_size(string route)
    {
        var gate = Enumerable.Range(0, 100_001).Select(i => -5 + (i * 20f / 100_000)).ToArray();
        var actual = Glu(route, gate, [.. Enumerable.Repeat(1f, gate.Length)], gate.Length, 1, 1, GluKind.GeGlu);
        for (var i = 0; i < gate.Length; i++)
        {
            // The exponent of the sigmoid form reaches 18, and its rounding in f32 is a relative error of the result.
            var expected = GatedUnits.Activate(GluKind.GeGlu, gate[i], 1);
            Assert.True(Math.Abs(actual[i] - expected) <= 4e-6 * Math.Abs(expected), $"gelu({gate[i]}) is {actual[i]}, expected {expected}");
        }

        Assert.Equal([1e6f, 0f, 0f], Glu(route, [1e6f, -1e6f, 0f], [1, 1, 1], 3, 1, 1, GluKind.GeGlu));
    }

    [Theory]
    [MemberData(nameof(GluRoutes))]
    public void Swiglu_oai_clamps_both_sides(string route)
    {
        foreach (var (width, tokens, threads) in Grid())
        {
            float[] gate = Numbers.Normal(width * tokens, 1, deviation: 6), up = Numbers.Normal(width * tokens, 2, deviation: 6);
            var expected = gate.Zip(up, (g, u) => GatedUnits.Activate(GluKind.SwiGluOai, g, u)).ToArray();
            Numbers.AssertClose(1e-12, Glu(route, gate, up, width, tokens, threads, GluKind.SwiGluOai), expected, $"{width} values, {tokens} tokens, {threads} threads");
        }

        // Gate limited from above only, up from both sides.
        var actual = Glu(route, [1000f, 1000f, -20f], [-1000f, 1000f, 0], 3, 1, 1, GluKind.SwiGluOai);
        Numbers.AssertClose(1e-12, actual, [7 / (1 + Math.Exp(-1.702 * 7)) * -6, 7 / (1 + Math.Exp(-1.702 * 7)) * 8, -20 / (1 + Math.Exp(1.702 * 20))], "limits");
    }

    [Theory]
    [MemberData(nameof(ScaleRoutes))]
    public void Scale_is_exact(string route)
    {
        foreach (var (width, tokens, threads) in Grid())
        {
            var x = Numbers.Normal(width * tokens, 1);
            using var test = new OpTest(new GraphShape(tokens, 1), threads);
            test.SetInput(Values.Tokens(0, width), x, rowWise: true);
            var node = new ScaleNode("scale", -1, Values.Tokens(0, width), 1.7f, Values.Tokens(1, width));
            Assert.Equal(x.Select(value => value * 1.7f), test.Run(OpRoutes.Get(route), node, Values.Batch(tokens)));
        }
    }

    [Theory]
    [MemberData(nameof(SoftCapRoutes))]
    public void Soft_cap_follows_its_formula(string route)
    {
        foreach (var deviation in new[] { 0.01, 3, 30, 1000 })
        {
            foreach (var (width, tokens, threads) in Grid())
            {
                var x = Numbers.Normal(width * tokens, 1, deviation);
                using var test = new OpTest(new GraphShape(tokens, 1), threads);
                test.SetInput(Values.Tokens(0, width), x);
                var node = new SoftCapNode("cap", -1, Values.Tokens(0, width), 30, Values.Tokens(1, width));
                double[] expected = [.. x.Select(value => 30 * Math.Tanh((double)value / 30))];
                Numbers.AssertClose(1e-12, test.Run(OpRoutes.Get(route), node, Values.Batch(tokens)), expected, $"{width} values around {deviation}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(GluRoutes))]
    public void Silu_is_good_to_seven_digits_from_minus_85_to_100(string route)
    {
        const int Count = 400_001;
        var gate = Enumerable.Range(0, Count).Select(i => -100 + (i * 200f / (Count - 1))).ToArray();
        var actual = Glu(route, gate, [.. Enumerable.Repeat(1f, Count)], Count, 1, 1);
        var worst = 0.0;
        for (var i = 0; i < Count; i++)
        {
            var expected = gate[i] / (1 + Math.Exp(-(double)gate[i]));
            if (gate[i] >= -85 && gate[i] != 0)
            {
                worst = Math.Max(worst, Math.Abs((actual[i] - expected) / expected));
            }
            else
            {
                Assert.True(Math.Abs(actual[i] - expected) < 1e-34, $"silu({gate[i]}) is {actual[i]}");
            }
        }

        Assert.True(worst < 5e-7, $"worst relative error {worst:e2}");
    }

    [Theory]
    [MemberData(nameof(GluRoutes))]
    public void Silu_of_special_values(string route)
    {
        float[] gate = [0f, -0f, float.PositiveInfinity, float.NaN, float.NegativeInfinity, float.MaxValue, float.MinValue, float.Epsilon];
        var actual = Glu(route, gate, [.. Enumerable.Repeat(1f, gate.Length)], gate.Length, 1, 1);
        Assert.Equal(BitConverter.SingleToInt32Bits(0f), BitConverter.SingleToInt32Bits(actual[0]));
        Assert.Equal(BitConverter.SingleToInt32Bits(-0f), BitConverter.SingleToInt32Bits(actual[1]));
        Assert.Equal(float.PositiveInfinity, actual[2]);
        Assert.True(float.IsNaN(actual[3]));
        Assert.True(float.IsNaN(actual[4])); // -inf / (1 + inf), as the formula has it
        Assert.Equal(float.MaxValue, actual[5]);
        Assert.Equal(0, actual[6]);
        Assert.InRange(actual[7], 0, float.Epsilon);
    }

    [Theory]
    [MemberData(nameof(OutputRowsRoutes))]
    public void Output_rows_are_the_last_ones(string route)
    {
        foreach (var (width, tokens, threads) in Grid())
        {
            foreach (var outputs in new[] { 1, tokens })
            {
                var x = Numbers.Normal(width * tokens, 1);
                using var test = new OpTest(new GraphShape(tokens, outputs), threads);
                test.SetInput(Values.Tokens(0, width), x);
                var node = new OutputRowsNode("rows", -1, Values.Tokens(0, width), new GraphValue(1, RowAxis.Outputs, width, width));
                Assert.Equal(x[((tokens - outputs) * width)..], test.Run(OpRoutes.Get(route), node, Values.Batch(tokens, outputs: outputs)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(AddRoutes))]
    public void A_batch_below_its_shape_leaves_the_other_rows_alone(string route)
    {
        var shape = new GraphShape(8, 1);
        using var test = new OpTest(shape, 2);
        float[] a = Numbers.Normal(30 * 3, 1), b = Numbers.Normal(30 * 3, 2);
        test.SetInput(Values.Tokens(0, 30), a);
        test.SetInput(Values.Tokens(1, 30), b);
        var node = new AddNode("add", 0, Values.Tokens(0, 30), Values.Tokens(1, 30), Values.Tokens(2, 30));
        Assert.Equal(a.Zip(b, (x, y) => x + y), test.Run(OpRoutes.Get(route), node, Values.Batch(3, shape: shape)));
    }

    private static float[] Glu(string route, float[] gate, float[] up, int width, int tokens, int threads, GluKind kind = GluKind.SwiGlu)
    {
        using var test = new OpTest(new GraphShape(tokens, 1), threads);
        test.SetInput(Values.Tokens(0, width), gate);
        test.SetInput(Values.Tokens(1, width), up);
        var node = new GluNode("glu", 0, Values.Tokens(0, width), Values.Tokens(1, width), kind, Values.Tokens(2, width));
        return test.Run(OpRoutes.Get(route), node, Values.Batch(tokens));
    }

    private static IEnumerable<(int Width, int Tokens, int Threads)> Grid() =>
        from width in s_widths
        from tokens in new[] { 1, 4 }
        from threads in OpTest.ThreadCounts
        select (width, tokens, threads);
}
