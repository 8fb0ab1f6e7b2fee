using Lathe.Engine.Graphs;

namespace Lathe.Engine.Models;

/// <summary>Gemma 2: norms before and behind each branch, GeGLU, scaled embeddings, soft caps on scores and logits; every other layer over a window.
/// Files store each norm's weight with its 1 added.</summary>
internal static class Gemma2Family
{
    // The largest model scales its scores by the width per head of the residual stream, and no key says so.
    private const int LayersOf27B = 46;

    public static ModelFamily Family { get; } = new("gemma2", HyperParameterReader.Read, Build);

    private static ForwardGraph Build(HyperParameters h, ModelMetadata metadata, TensorLedger tensors)
    {
        var rope = RopeReader.Read(metadata, h, RopeStyle.Halves);
        var window = metadata.Count("attention.sliding_window", 4096);
        var isWindowed = HyperParameterReader.ReadWindowedLayers(metadata, h, period: 2);
        var scale = h.LayerCount == LayersOf27B ? 1 / MathF.Sqrt((float)h.EmbeddingWidth / h.HeadCount) : h.Attention.Scale;
        var attention = h.Attention with { Scale = scale, Softcap = metadata.Cap("attn_logit_softcapping", 50) };
        var finalCap = metadata.Cap("final_logit_softcapping", 30);
        var embedding = tensors.Matrix("token_embd.weight", h.EmbeddingWidth, h.VocabularySize);

        var g = new GraphBuilder();
        var x = g.Scale(g.GetRows(embedding), MathF.Sqrt(h.EmbeddingWidth));
        for (var i = 0; i < h.LayerCount; i++)
        {
            g.Layer = i;
            var layer = Layer.Claim(tensors, h, i);
            var a = g.RmsNorm(x, layer.AttentionNorm, h.NormEpsilon);
            var q = g.Rope(g.MatMul(layer.Query, a).Heads(h.HeadDim), rope);
            var k = g.Rope(g.MatMul(layer.Key, a).Heads(h.HeadDim), rope);
            g.StoreKv(k, g.MatMul(layer.Value, a).Heads(h.ValueDim));
            var attended = g.MatMul(layer.Output, g.Attention(q, attention with { Window = isWindowed[i] ? window : null }));
            x = g.Add(x, g.RmsNorm(attended, layer.PostAttentionNorm, h.NormEpsilon));

            var f = g.RmsNorm(x, layer.FeedForwardNorm, h.NormEpsilon);
            var fed = g.MatMul(layer.Down, g.Glu(GluKind.GeGlu, g.MatMul(layer.Gate, f), g.MatMul(layer.Up, f)));
            x = g.Add(x, g.RmsNorm(fed, layer.PostFeedForwardNorm, h.NormEpsilon));
        }

        g.Layer = -1;
        var outputNorm = tensors.Vector("output_norm.weight", h.EmbeddingWidth);
        var output = tensors.Has("output.weight") ? tensors.Matrix("output.weight", h.EmbeddingWidth, h.VocabularySize) : embedding;
        var logits = g.MatMul(output, g.RmsNorm(g.RowsWithLogits(x), outputNorm, h.NormEpsilon));
        return g.Build(finalCap is { } cap ? g.SoftCap(logits, cap) : logits);
    }

    private sealed record Layer(
        Weight AttentionNorm, // [embd]
        Weight Query, // [embd, heads * dim]
        Weight Key, // [embd, kv heads * dim]
        Weight Value, // [embd, kv heads * dim]
        Weight Output, // [heads * dim, embd]
        Weight PostAttentionNorm, // [embd]
        Weight FeedForwardNorm, // [embd]
        Weight Gate, // [embd, ff]
        Weight Up, // [embd, ff]
        Weight Down, // [ff, embd]
        Weight PostFeedForwardNorm) // [embd]
    {
        public static Layer Claim(TensorLedger tensors, HyperParameters h, int i) => new(
            tensors.Vector($"blk.{i}.attn_norm.weight", h.EmbeddingWidth),
            tensors.Matrix($"blk.{i}.attn_q.weight", h.EmbeddingWidth, h.QueryWidth),
            tensors.Matrix($"blk.{i}.attn_k.weight", h.EmbeddingWidth, h.KeyWidth),
            tensors.Matrix($"blk.{i}.attn_v.weight", h.EmbeddingWidth, h.ValueWidth),
            tensors.Matrix($"blk.{i}.attn_output.weight", h.HeadCount * h.ValueDim, h.EmbeddingWidth),
            tensors.Vector($"blk.{i}.post_attention_norm.weight", h.EmbeddingWidth),
            tensors.Vector($"blk.{i}.ffn_norm.weight", h.EmbeddingWidth),
            tensors.Matrix($"blk.{i}.ffn_gate.weight", h.EmbeddingWidth, h.FeedForwardWidth),
            tensors.Matrix($"blk.{i}.ffn_up.weight", h.EmbeddingWidth, h.FeedForwardWidth),
            tensors.Matrix($"blk.{i}.ffn_down.weight", h.FeedForwardWidth, h.EmbeddingWidth),
            tensors.Vector($"blk.{i}.post_ffw_norm.weight", h.EmbeddingWidth));
    }
}
