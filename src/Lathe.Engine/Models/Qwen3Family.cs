using Lathe.Engine.Graphs;

namespace Lathe.Engine.Models;

/// <summary>Qwen 3, dense: as Qwen 2 without biases, each query and key head normalised before RoPE; heads may be wider than the embedding.</summary>
internal static class Qwen3Family
{
    public static ModelFamily Family { get; } = new("qwen3", HyperParameterReader.Read, Build);

    private static ForwardGraph Build(HyperParameters h, ModelMetadata metadata, TensorLedger tensors)
    {
        var rope = RopeReader.Read(metadata, h, RopeStyle.Halves);
        var embedding = tensors.Matrix("token_embd.weight", h.EmbeddingWidth, h.VocabularySize);

        var g = new GraphBuilder();
        var x = g.GetRows(embedding);
        for (var i = 0; i < h.LayerCount; i++)
        {
            g.Layer = i;
            var layer = Layer.Claim(tensors, h, i);
            var a = g.RmsNorm(x, layer.AttentionNorm, h.NormEpsilon);
            var q = g.Rope(g.RmsNorm(g.MatMul(layer.Query, a).Heads(h.HeadDim), layer.QueryNorm, h.NormEpsilon), rope);
            var k = g.Rope(g.RmsNorm(g.MatMul(layer.Key, a).Heads(h.HeadDim), layer.KeyNorm, h.NormEpsilon), rope);
            g.StoreKv(k, g.MatMul(layer.Value, a).Heads(h.ValueDim));
            x = g.Add(x, g.MatMul(layer.Output, g.Attention(q, h.Attention)));

            var f = g.RmsNorm(x, layer.FeedForwardNorm, h.NormEpsilon);
            x = g.Add(x, g.MatMul(layer.Down, g.Glu(GluKind.SwiGlu, g.MatMul(layer.Gate, f), g.MatMul(layer.Up, f))));
        }

        g.Layer = -1;
        var outputNorm = tensors.Vector("output_norm.weight", h.EmbeddingWidth);
        var output = tensors.Has("output.weight") ? tensors.Matrix("output.weight", h.EmbeddingWidth, h.VocabularySize) : embedding;
        return g.Build(g.MatMul(output, g.RmsNorm(g.RowsWithLogits(x), outputNorm, h.NormEpsilon)));
    }

    private sealed record Layer(
        Weight AttentionNorm, // [embd]
        Weight Query, // [embd, heads * dim]
        Weight QueryNorm, // [dim]
        Weight Key, // [embd, kv heads * dim]
        Weight KeyNorm, // [dim]
        Weight Value, // [embd, kv heads * dim]
        Weight Output, // [heads * dim, embd]
        Weight FeedForwardNorm, // [embd]
        Weight Gate, // [embd, ff]
        Weight Up, // [embd, ff]
        Weight Down) // [ff, embd]
    {
        public static Layer Claim(TensorLedger tensors, HyperParameters h, int i) => new(
            tensors.Vector($"blk.{i}.attn_norm.weight", h.EmbeddingWidth),
            tensors.Matrix($"blk.{i}.attn_q.weight", h.EmbeddingWidth, h.QueryWidth),
            tensors.Vector($"blk.{i}.attn_q_norm.weight", h.HeadDim),
            tensors.Matrix($"blk.{i}.attn_k.weight", h.EmbeddingWidth, h.KeyWidth),
            tensors.Vector($"blk.{i}.attn_k_norm.weight", h.HeadDim),
            tensors.Matrix($"blk.{i}.attn_v.weight", h.EmbeddingWidth, h.ValueWidth),
            tensors.Matrix($"blk.{i}.attn_output.weight", h.HeadCount * h.ValueDim, h.EmbeddingWidth),
            tensors.Vector($"blk.{i}.ffn_norm.weight", h.EmbeddingWidth),
            tensors.Matrix($"blk.{i}.ffn_gate.weight", h.EmbeddingWidth, h.FeedForwardWidth),
            tensors.Matrix($"blk.{i}.ffn_up.weight", h.EmbeddingWidth, h.FeedForwardWidth),
            tensors.Matrix($"blk.{i}.ffn_down.weight", h.FeedForwardWidth, h.EmbeddingWidth));
    }
}
