using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.Tests.Ops;

public sealed class RopeTests
{
    private const double Limit = 1e-12;

    public static TheoryData<string> AngleRoutes => OpRoutes.Of("rope_angles");

    public static TheoryData<string> RotationRoutes => OpRoutes.Of("rope");

    [Theory]
    [MemberData(nameof(AngleRoutes))]
    public void Angles_are_exact_at_any_position(string route)
    {
        foreach (var (dims, position) in new[] { (2, 0), (6, 3), (64, 130_000), (80, 77), (128, 4095) })
        {
            var factors = Numbers.Normal(dims / 2, 5).Select(value => 1 + Math.Abs(value)).ToArray();
            foreach (var withFactors in new[] { false, true })
            {
                var rope = new RopeParameters(RopeStyle.Halves, dims, 500_000, 0.25, withFactors ? Values.Vector(factors) : null);
                var node = new RopeAnglesNode("angles", -1, rope, Values.Tokens(0, dims));
                foreach (var threads in OpTest.ThreadCounts)
                {
                    foreach (var tokens in new[] { 1, 5 })
                    {
                        using var test = new OpTest(new GraphShape(tokens, 1), threads);
                        var actual = test.Run(OpRoutes.Get(route), node, Values.Batch(tokens, position));
                        var expected = new double[tokens * dims];
                        for (var token = 0; token < tokens; token++)
                        {
                            for (var i = 0; i < dims / 2; i++)
                            {
                                var angle = (position + token) * 0.25 * Math.Pow(500_000, -2.0 * i / dims) / (withFactors ? factors[i] : 1);
                                expected[(token * dims) + i] = Math.Cos(angle);
                                expected[(token * dims) + (dims / 2) + i] = Math.Sin(angle);
                            }
                        }

                        Numbers.AssertClose(Limit, actual, expected, $"{dims} dims at {position}, {tokens} tokens, {threads} threads");
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(AngleRoutes))]
    public void Angles_do_not_drift_up_to_a_million_positions(string route)
    {
        const int Dims = 64;
        var rope = new RopeParameters(RopeStyle.Halves, Dims, 10_000);
        decimal pi = 3.1415926535897932384626433833m, ratio = Root(10_000m, squareRoots: 5);
        foreach (var position in new[] { 1, 1_000, 65_537, 999_999, 1_048_575 })
        {
            using var test = new OpTest(new GraphShape(1, 1), 1);
            var node = new RopeAnglesNode("angles", -1, rope, Values.Tokens(0, Dims));
            var actual = test.Run(OpRoutes.Get(route), node, Values.Batch(1, position));
            var frequency = 1m;
            for (var i = 0; i < Dims / 2; i++)
            {
                // base^(-2i/64) by square roots and the reduction by whole turns in 28 digits.
                var angle = position * frequency;
                var (sin, cos) = Math.SinCos((double)(angle - (Math.Floor(angle / (2 * pi)) * 2 * pi)));
                Assert.Equal(cos, actual[i], 1e-7);
                Assert.Equal(sin, actual[(Dims / 2) + i], 1e-7);
                frequency /= ratio;
            }
        }
    }

    [Theory]
    [MemberData(nameof(AngleRoutes))]
    public void Yarn_ramps_between_own_and_interpolated_frequencies(string route)
    {
        // gpt-oss: pairs up to 8 turn on as they are, pairs from 18 on 32 times slower; the exact ramp begins at 8.09 and ends at 17.40.
        const int Dims = 64, Position = 1000;
        foreach (var isExact in new[] { false, true })
        {
            var (low, high) = isExact ? (8.0927799, 17.3980220) : (8.0, 18.0);
            var rope = new RopeParameters(RopeStyle.Halves, Dims, 150_000, 1.0 / 32, null, new YarnScaling(4096, HasExactRange: isExact), 1.3466);
            using var test = new OpTest(new GraphShape(1, 1), 1);
            var actual = test.Run(OpRoutes.Get(route), new RopeAnglesNode("angles", -1, rope, Values.Tokens(0, Dims)), Values.Batch(1, Position));
            var expected = new double[Dims];
            for (var i = 0; i < Dims / 2; i++)
            {
                var own = 1 - Math.Clamp((i - low) / (high - low), 0, 1);
                var angle = Position * Math.Pow(150_000, -2.0 * i / Dims) * (own + ((1 - own) / 32));
                (expected[(Dims / 2) + i], expected[i]) = (1.3466 * Math.Sin(angle), 1.3466 * Math.Cos(angle));
            }

            Numbers.AssertClose(1e-11, actual, expected, $"exact range: {isExact}");
        }
    }

    [Theory]
    [MemberData(nameof(RotationRoutes))]
    public void Pairs_are_rotated_and_the_rest_is_copied(string route)
    {
        foreach (var style in Enum.GetValues<RopeStyle>())
        {
            foreach (var (headDim, rotary, heads) in new[] { (2, 2, 1), (6, 4, 3), (40, 20, 2), (64, 64, 9), (80, 32, 5), (128, 128, 3), (96, 66, 2), (50, 50, 3) })
            {
                foreach (var threads in OpTest.ThreadCounts)
                {
                    foreach (var tokens in new[] { 1, 6 })
                    {
                        Check(route, style, headDim, rotary, heads, threads, tokens);
                    }
                }
            }
        }
    }

    private static decimal Root(decimal value, int squareRoots)
    {
        for (var n = 0; n < squareRoots; n++)
        {
            var root = (decimal)Math.Sqrt((double)value);
            for (var step = 0; step < 4; step++)
            {
                root = (root + (value / root)) / 2;
            }

            value = root;
        }

        return value;
    }

    private static void Check(string route, RopeStyle style, int headDim, int rotary, int heads, int threads, int tokens)
    {
        var width = headDim * heads;
        var x = Numbers.Normal(width * tokens, headDim);
        var angles = new float[rotary * tokens];
        var expected = x.Select(value => (double)value).ToArray();
        for (var token = 0; token < tokens; token++)
        {
            for (var i = 0; i < rotary / 2; i++)
            {
                var angle = 0.7 * (token + 1) * (i + 1);
                var cos = angles[(token * rotary) + i] = (float)Math.Cos(angle);
                var sin = angles[(token * rotary) + (rotary / 2) + i] = (float)Math.Sin(angle);
                for (var head = 0; head < heads; head++)
                {
                    var start = (token * width) + (head * headDim);
                    var (first, second) = style == RopeStyle.Interleaved ? (start + (2 * i), start + (2 * i) + 1) : (start + i, start + i + (rotary / 2));
                    var rotated = new System.Numerics.Complex(x[first], x[second]) * new System.Numerics.Complex(cos, sin);
                    (expected[first], expected[second]) = (rotated.Real, rotated.Imaginary);
                }
            }
        }

        using var test = new OpTest(new GraphShape(tokens, 1), threads);
        GraphValue input = Values.Tokens(0, width, headDim), table = Values.Tokens(1, rotary);
        test.SetInput(input, x);
        test.SetInput(table, angles, rowWise: true);
        var node = new RopeNode("rope", 0, input, table, style, Values.Tokens(2, width, headDim));
        var actual = test.Run(OpRoutes.Get(route), node, Values.Batch(tokens));
        Numbers.AssertClose(Limit, actual, expected, $"{style} {rotary} of {headDim}, {heads} heads, {tokens} tokens, {threads} threads");
    }
}
