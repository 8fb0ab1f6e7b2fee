using Lathe.Engine.Graphs;

namespace Lathe.Engine.Models;

/// <summary>Llama 2 and 3, Mistral and their many relatives: pre-norm, GQA, SwiGLU, interleaved RoPE with optional frequency factors; Mixtral has
/// experts in the place of the feed-forward block.</summary>
internal static class LlamaFamily
{
    public static ModelFamily Family { get; } = new("llama", HyperParameterReader.Read, Build);

    private static ForwardGraph Build(HyperParameters h, ModelMetadata metadata, TensorLedger tensors)
    {
        // Llama 3.1 and later bring their long-context frequencies as a tensor.
        var rope = RopeReader.Read(metadata, h, RopeStyle.Interleaved, tensors.OptionalVector("rope_freqs.weight", RopeReader.Dims(metadata, h) / 2));
        var experts = metadata.CountOrNone("expert_count") > 0 ? ExpertParameters.Read(metadata, h) : null;
        var embedding = tensors.Matrix("token_embd.weight", h.EmbeddingWidth, h.VocabularySize);

        var g = new GraphBuilder();
        var x = g.GetRows(embedding);
        for (var i = 0; i < h.LayerCount; i++)
        {
            g.Layer = i;
            var layer = Layer.Claim(tensors, h, i);
            var a = g.RmsNorm(x, layer.AttentionNorm, h.NormEpsilon);
            var q = g.Rope(g.MatMul(layer.Query, a, layer.QueryBias).Heads(h.HeadDim), rope);
            var k = g.Rope(g.MatMul(layer.Key, a, layer.KeyBias).Heads(h.HeadDim), rope);
            g.StoreKv(k, g.MatMul(layer.Value, a, layer.ValueBias).Heads(h.ValueDim));
            x = g.Add(x, g.MatMul(layer.Output, g.Attention(q, h.Attention), layer.OutputBias));

            var f = g.RmsNorm(x, layer.FeedForwardNorm, h.NormEpsilon);
            x = g.Add(x, experts is null ? DenseFeedForward(g, tensors, h, i, f) : ExpertFeedForward.Claim(tensors, h, experts, i).Write(g, f, GluKind.SwiGlu));
        }

        g.Layer = -1;
        var outputNorm = tensors.Vector("output_norm.weight", h.EmbeddingWidth);
        var output = tensors.Has("output.weight") ? tensors.Matrix("output.weight", h.EmbeddingWidth, h.VocabularySize) : embedding;
        return g.Build(g.MatMul(output, g.RmsNorm(g.RowsWithLogits(x), outputNorm, h.NormEpsilon)));
    }

    private static GraphValue DenseFeedForward(GraphBuilder g, TensorLedger tensors, HyperParameters h, int i, GraphValue f)
    {
        var gate = tensors.Matrix($"blk.{i}.ffn_gate.weight", h.EmbeddingWidth, h.FeedForwardWidth);
        var up = tensors.Matrix($"blk.{i}.ffn_up.weight", h.EmbeddingWidth, h.FeedForwardWidth);
        var down = tensors.Matrix($"blk.{i}.ffn_down.weight", h.FeedForwardWidth, h.EmbeddingWidth);
        return g.MatMul(down, g.Glu(GluKind.SwiGlu, g.MatMul(gate, f), g.MatMul(up, f)));
    }

    private sealed record Layer(
        Weight AttentionNorm, // [embd]
        Weight Query, // [embd, heads * dim]
        Weight Key, // [embd, kv heads * dim]
        Weight Value, // [embd, kv heads * dim]
        Weight Output, // [heads * dim, embd]
        Weight FeedForwardNorm, // [embd]
        Weight? QueryBias,
        Weight? KeyBias,
        Weight? ValueBias,
        Weight? OutputBias)
    {
        public static Layer Claim(TensorLedger tensors, HyperParameters h, int i) => new(
            tensors.Vector($"blk.{i}.attn_norm.weight", h.EmbeddingWidth),
            tensors.Matrix($"blk.{i}.attn_q.weight", h.EmbeddingWidth, h.QueryWidth),
            tensors.Matrix($"blk.{i}.attn_k.weight", h.EmbeddingWidth, h.KeyWidth),
            tensors.Matrix($"blk.{i}.attn_v.weight", h.EmbeddingWidth, h.ValueWidth),
            tensors.Matrix($"blk.{i}.attn_output.weight", h.HeadCount * h.ValueDim, h.EmbeddingWidth),
            tensors.Vector($"blk.{i}.ffn_norm.weight", h.EmbeddingWidth),
            tensors.OptionalVector($"blk.{i}.attn_q.bias", h.QueryWidth),
            tensors.OptionalVector($"blk.{i}.attn_k.bias", h.KeyWidth),
            tensors.OptionalVector($"blk.{i}.attn_v.bias", h.ValueWidth),
            tensors.OptionalVector($"blk.{i}.attn_output.bias", h.EmbeddingWidth));
    }
}
