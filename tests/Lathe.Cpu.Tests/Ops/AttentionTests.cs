using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.Tests.Ops;

public sealed unsafe class AttentionTests
{
    private const double Limit = 1e-10;

    public static TheoryData<string> Routes => OpRoutes.Of("attention");

    [Theory]
    [MemberData(nameof(Routes))]
    public void Every_head_dimension(string route)
    {
        foreach (var headDim in new[] { 8, 16, 24, 32, 64, 80, 96, 128, 192, 256 })
        {
            foreach (var threads in OpTest.ThreadCounts)
            {
                Check(route, new AttentionParameters(6, 2, headDim, headDim, 1 / MathF.Sqrt(headDim)), KvElementType.F16, threads, (112, 1));
                Check(route, new AttentionParameters(6, 2, headDim, headDim, 1 / MathF.Sqrt(headDim)), KvElementType.F16, threads, (0, 75));
            }
        }

        Check(route, new AttentionParameters(4, 2, 192, 128, 0.05f), KvElementType.F16, 2, (3, 50));
        Check(route, new AttentionParameters(4, 2, 64, 32, 0.05f), KvElementType.F16, 2, (90, 1));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Every_group_size(string route)
    {
        foreach (var (heads, kvHeads) in new[] { (1, 1), (2, 1), (3, 3), (4, 2), (5, 1), (6, 2), (14, 2), (8, 1), (12, 4), (16, 1), (40, 1) })
        {
            foreach (var threads in OpTest.ThreadCounts)
            {
                Check(route, new AttentionParameters(heads, kvHeads, 32, 32, 0.2f), KvElementType.F16, threads, (70, 1));
                Check(route, new AttentionParameters(heads, kvHeads, 32, 32, 0.2f), KvElementType.F16, threads, (37, 33));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Every_element_type(string route)
    {
        foreach (var type in Enum.GetValues<KvElementType>())
        {
            Check(route, new AttentionParameters(4, 2, 64, 64, 0.125f), type, 2, (112, 1));
            Check(route, new AttentionParameters(4, 2, 64, 64, 0.125f), type, 2, (38, 75));
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Lengths_around_the_page(string route)
    {
        foreach (var position in new[] { 0, 1, 7, 62, 63, 64, 65, 126, 127, 128, 300 })
        {
            foreach (var count in new[] { 1, 2, 3, 17, 64, 65 })
            {
                Check(route, new AttentionParameters(4, 2, 32, 32, 0.2f), KvElementType.F16, 2, (position, count));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Sequences_of_a_batch_do_not_see_each_other(string route)
    {
        foreach (var threads in OpTest.ThreadCounts)
        {
            Check(route, new AttentionParameters(6, 2, 64, 64, 0.125f), KvElementType.F16, threads, (5, 1), (200, 1), (64, 1));
            Check(route, new AttentionParameters(6, 2, 64, 64, 0.125f), KvElementType.F16, threads, (0, 40), (77, 1), (63, 2), (0, 1), (100, 30));
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Large_scores_do_not_overflow(string route)
    {
        foreach (var count in new[] { 1, 40 })
        {
            Check(route, new AttentionParameters(4, 2, 32, 32, 25f), KvElementType.F32, 1, (90, count));
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void A_window_hides_what_lies_before_it(string route)
    {
        foreach (var window in new[] { 1, 2, 5, 16, 63, 64, 65, 128, 1000 })
        {
            foreach (var count in new[] { 1, 3, 40 })
            {
                Check(route, new AttentionParameters(6, 2, 32, 32, 0.2f, window), KvElementType.F16, 2, (0, count), (130, count), (300, count));
            }

            // Head dimensions that only narrow vectors suit, one thread with many rows, and more threads than KV heads.
            Check(route, new AttentionParameters(4, 2, 24, 24, 0.2f, window), KvElementType.F32, 1, (100, 130));
            Check(route, new AttentionParameters(8, 1, 64, 64, 0.1f, window), KvElementType.Q8_0, 3, (200, 1));
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void A_soft_cap_bounds_the_scores(string route)
    {
        foreach (var cap in new[] { 0.3f, 2f, 50f })
        {
            foreach (var (headDim, window) in new (int, int?)[] { (64, null), (24, null), (64, 20) })
            {
                Check(route, new AttentionParameters(4, 2, headDim, headDim, 0.3f, window, cap), KvElementType.F16, 2, (77, 1), (0, 70));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public void Sinks_take_weight_and_give_no_value(string route)
    {
        foreach (var (shift, threads) in new[] { (-20f, 1), (0f, 3), (4f, 2), (12f, 1) })
        {
            foreach (var (heads, kvHeads, window) in new (int, int, int?)[] { (6, 2, null), (8, 1, 16), (5, 1, 3), (4, 4, 200) })
            {
                var sinks = Values.Vector([.. Numbers.Normal(heads, 9).Select(value => value + shift)]);
                var attention = new AttentionParameters(heads, kvHeads, 32, 32, 0.2f, window, null, sinks);
                Check(route, attention, KvElementType.F16, threads, (150, 1), (3, 1));
                Check(route, attention, KvElementType.F16, threads, (150, 70), (0, 1));
            }
        }
    }

    private static void Check(string route, AttentionParameters attention, KvElementType type, int threads, params (int Position, int Count)[] slices)
    {
        const int Layer = 1;
        using var kv = new KvTest(new KvLayout(2, attention.KvHeadCount, attention.HeadDim, attention.ValueDim, type), slices);
        kv.Fill(Layer, seed: 3);
        var query = Numbers.Normal(kv.Batch.TokenCount * attention.HeadCount * attention.HeadDim, 4);
        using var test = new OpTest(kv.Batch.Shape, threads, kv.Storage);
        GraphValue input = Values.Tokens(0, attention.HeadCount * attention.HeadDim, attention.HeadDim);
        test.SetInput(input, query);
        var node = new AttentionNode("attention", Layer, input, attention, Values.Tokens(1, attention.HeadCount * attention.ValueDim));
        var actual = test.Run(OpRoutes.Get(route), node, kv.Batch);
        Numbers.AssertClose(Limit, actual, Expected(kv, Layer, attention, query), $"{attention}, {type}, {threads} threads, {string.Join(' ', slices)}");
    }

    /// <summary>softmax(q K^T · scale) V over the positions of the window up to the token's own, in f64; a sink is in the sum of the softmax alone.</summary>
    private static double[] Expected(KvTest kv, int layer, AttentionParameters attention, float[] query)
    {
        var result = new double[kv.Batch.TokenCount * attention.HeadCount * attention.ValueDim];
        foreach (var slice in kv.Batch.Slices)
        {
            for (var i = 0; i < slice.Count; i++)
            {
                for (var head = 0; head < attention.HeadCount; head++)
                {
                    var kvHead = head * attention.KvHeadCount / attention.HeadCount;
                    var row = ((slice.FirstRow + i) * attention.HeadCount) + head;
                    var scores = new double[slice.FirstPosition + i + 1];
                    for (var token = 0; token < scores.Length; token++)
                    {
                        var key = kv.Address(slice.Sequence, layer, kvHead, token, isValue: false);
                        for (var d = 0; d < attention.HeadDim; d++)
                        {
                            scores[token] += query[(row * attention.HeadDim) + d] * kv.Read(key, d) * attention.Scale;
                        }

                        scores[token] = attention.Softcap is { } cap ? cap * Math.Tanh(scores[token] / cap) : scores[token];
                        if (scores.Length - 1 - token >= attention.Window)
                        {
                            scores[token] = double.NegativeInfinity;
                        }
                    }

                    var sink = attention.Sinks is null ? double.NegativeInfinity : ((float*)attention.Sinks.Data)[head];
                    var largest = Math.Max(sink, scores.Max());
                    var weights = scores.Select(score => Math.Exp(score - largest)).ToArray();
                    var total = weights.Sum() + Math.Exp(sink - largest);
                    for (var token = 0; token < scores.Length; token++)
                    {
                        var value = kv.Address(slice.Sequence, layer, kvHead, token, isValue: true);
                        for (var d = 0; d < attention.ValueDim; d++)
                        {
                            result[(row * attention.ValueDim) + d] += weights[token] / total * kv.Read(value, d);
                        }
                    }
                }
            }
        }

        return result;
    }
}
