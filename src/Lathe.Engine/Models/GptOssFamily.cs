using Lathe.Engine.Graphs;

namespace Lathe.Engine.Models;

/// <summary>gpt-oss: a mixture of experts with biases everywhere, attention with sinks, every other layer over a short window, YaRN.</summary>
internal static class GptOssFamily
{
    public static ModelFamily Family { get; } = new("gpt-oss", HyperParameterReader.Read, Build);

    private static ForwardGraph Build(HyperParameters h, ModelMetadata metadata, TensorLedger tensors)
    {
        var rope = RopeReader.Read(metadata, h, RopeStyle.Halves);
        var window = metadata.Count("attention.sliding_window");
        var isWindowed = HyperParameterReader.ReadWindowedLayers(metadata, h, period: 2);
        var experts = ExpertParameters.Read(metadata, h);
        var embedding = tensors.Matrix("token_embd.weight", h.EmbeddingWidth, h.VocabularySize);

        var g = new GraphBuilder();
        var x = g.GetRows(embedding);
        for (var i = 0; i < h.LayerCount; i++)
        {
            g.Layer = i;
            var layer = Layer.Claim(tensors, h, experts, i);
            var a = g.RmsNorm(x, layer.AttentionNorm, h.NormEpsilon);
            var q = g.Rope(g.MatMul(layer.Query, a, layer.QueryBias).Heads(h.HeadDim), rope);
            var k = g.Rope(g.MatMul(layer.Key, a, layer.KeyBias).Heads(h.HeadDim), rope);
            g.StoreKv(k, g.MatMul(layer.Value, a, layer.ValueBias).Heads(h.ValueDim));
            var attention = h.Attention with { Window = isWindowed[i] ? window : null, Sinks = layer.Sinks };
            x = g.Add(x, g.MatMul(layer.Output, g.Attention(q, attention), layer.OutputBias));

            var f = g.RmsNorm(x, layer.FeedForwardNorm, h.NormEpsilon);
            x = g.Add(x, layer.FeedForward.Write(g, f, GluKind.SwiGluOai));
        }

        g.Layer = -1;
        var outputNorm = tensors.Vector("output_norm.weight", h.EmbeddingWidth);
        var output = tensors.Matrix("output.weight", h.EmbeddingWidth, h.VocabularySize);
        return g.Build(g.MatMul(output, g.RmsNorm(g.RowsWithLogits(x), outputNorm, h.NormEpsilon)));
    }

    private sealed record Layer(
        Weight AttentionNorm, // [embd]
        Weight Query, // [embd, heads * dim]
        Weight QueryBias, // [heads * dim]
        Weight Key, // [embd, kv heads * dim]
        Weight KeyBias, // [kv heads * dim]
        Weight Value, // [embd, kv heads * dim]
        Weight ValueBias, // [kv heads * dim]
        Weight Sinks, // [heads]
        Weight Output, // [heads * dim, embd]
        Weight OutputBias, // [embd]
        Weight FeedForwardNorm, // [embd]
        ExpertFeedForward FeedForward)
    {
        public static Layer Claim(TensorLedger tensors, HyperParameters h, ExpertParameters experts, int i) => new(
            tensors.Vector($"blk.{i}.attn_norm.weight", h.EmbeddingWidth),
            tensors.Matrix($"blk.{i}.attn_q.weight", h.EmbeddingWidth, h.QueryWidth),
            tensors.Vector($"blk.{i}.attn_q.bias", h.QueryWidth),
            tensors.Matrix($"blk.{i}.attn_k.weight", h.EmbeddingWidth, h.KeyWidth),
            tensors.Vector($"blk.{i}.attn_k.bias", h.KeyWidth),
            tensors.Matrix($"blk.{i}.attn_v.weight", h.EmbeddingWidth, h.ValueWidth),
            tensors.Vector($"blk.{i}.attn_v.bias", h.ValueWidth),
            tensors.Vector($"blk.{i}.attn_sinks.weight", h.HeadCount),
            tensors.Matrix($"blk.{i}.attn_output.weight", h.HeadCount * h.ValueDim, h.EmbeddingWidth),
            tensors.Vector($"blk.{i}.attn_output.bias", h.EmbeddingWidth),
            tensors.Vector($"blk.{i}.post_attention_norm.weight", h.EmbeddingWidth), // files name the norm before the experts so
            ExpertFeedForward.ClaimWithBiases(tensors, h, experts, i));
    }
}
