using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.Tests.Ops;

/// <summary>Attention by its definition in f64, straight from the bytes of the KV pages.</summary>
internal static unsafe class AttentionOracle
{
    /// <summary>Runs random queries through <paramref name="route"/> and compares.</summary>
    /// <param name="limit">Largest normalised mean square error.</param>
    /// <param name="slices">The sequences of the batch: tokens that they hold, and tokens that ask.</param>
    public static void Check(
        CpuRoute route, double limit, AttentionParameters attention, KvElementType type, int threads, params (int Position, int Count)[] slices)
    {
        const int Layer = 1;
        using var kv = new KvTest(new KvLayout(2, attention.KvHeadCount, attention.HeadDim, attention.ValueDim, type), slices);
        kv.Fill(Layer, seed: 3);
        var query = Numbers.Normal(kv.Batch.TokenCount * attention.HeadCount * attention.HeadDim, 4);
        using var test = new OpTest(kv.Batch.Shape, threads, kv.Storage);
        GraphValue input = Values.Tokens(0, attention.HeadCount * attention.HeadDim, attention.HeadDim);
        test.SetInput(input, query);
        var node = new AttentionNode("attention", Layer, input, attention, Values.Tokens(1, attention.HeadCount * attention.ValueDim));
        var actual = test.Run(route, node, kv.Batch);
        Numbers.AssertClose(limit, actual, Expected(kv, Layer, attention, query), $"{route.Id}, {attention}, {type}, {threads} threads, {string.Join(' ', slices)}");
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
