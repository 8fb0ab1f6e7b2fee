using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;

namespace Lathe.Cpu.Tests.Ops;

public sealed class RmsNormTests
{
    private const double Limit = 1e-12;

    public static TheoryData<string> Routes => OpRoutes.Of("rms_norm");

    [Theory]
    [MemberData(nameof(Routes))]
    public void Whole_rows(string route)
    {
        foreach (var width in new[] { 1, 2, 3, 7, 15, 16, 17, 31, 33, 64, 100, 127, 576, 2047, 2880 })
        {
            Check(route, width, width, [1, 5]);
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Heads(string route)
    {
        foreach (var (headDim, heads) in new[] { (1, 5), (8, 2), (17, 3), (64, 9), (80, 4), (128, 7) })
        {
            Check(route, headDim * heads, headDim, [1, 2, 13]);
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void A_row_of_zeros_stays_zero(string route)
    {
        using var test = new OpTest(new GraphShape(1, 1), 1);
        test.SetInput(Values.Tokens(0, 20), new float[20]);
        var node = new RmsNormNode("norm", 0, Values.Tokens(0, 20), Values.Vector(Numbers.Normal(20, 1)), 1e-6f, Values.Tokens(1, 20));
        Assert.All(test.Run(OpRoutes.Get(route), node, Values.Batch(1)), value => Assert.Equal(0, value));
    }

    private static void Check(string route, int width, int group, int[] tokenCounts)
    {
        const float Epsilon = 1e-5f;
        var scale = Numbers.Normal(group, 1);
        foreach (var threads in OpTest.ThreadCounts)
        {
            foreach (var tokens in tokenCounts)
            {
                var x = Numbers.Normal(width * tokens, tokens, deviation: 3);
                using var test = new OpTest(new GraphShape(tokens, 1), threads);
                test.SetInput(Values.Tokens(0, width), x);
                var node = new RmsNormNode("norm", 0, Values.Tokens(0, width, group), Values.Vector(scale), Epsilon, Values.Tokens(1, width, group));
                var actual = test.Run(OpRoutes.Get(route), node, Values.Batch(tokens));

                var expected = new double[x.Length];
                for (var start = 0; start < x.Length; start += group)
                {
                    var mean = x.Skip(start).Take(group).Sum(value => (double)value * value) / group;
                    for (var i = 0; i < group; i++)
                    {
                        expected[start + i] = x[start + i] / Math.Sqrt(mean + Epsilon) * scale[i];
                    }
                }

                Numbers.AssertClose(Limit, actual, expected, $"{width} values in groups of {group}, {tokens} tokens, {threads} threads");
            }
        }
    }
}
