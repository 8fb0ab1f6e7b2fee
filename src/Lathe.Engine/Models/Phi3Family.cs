using Lathe.Engine.Graphs;

namespace Lathe.Engine.Models;

/// <summary>Phi 3, 3.5 and 4: as llama with RoPE over halves; Q, K and V in one matrix, gate and up in another; long-context frequencies as a pair of tensors.</summary>
internal static class Phi3Family
{
    public static ModelFamily Family { get; } = new("phi3", HyperParameterReader.Read, Build);

    private static ForwardGraph Build(HyperParameters h, ModelMetadata metadata, TensorLedger tensors)
    {
        var rope = ReadRope(h, metadata, tensors);
        var window = metadata.CountOrNone("attention.sliding_window");
        var attention = h.Attention with { Window = window > 0 ? window : null };
        var embedding = tensors.Matrix("token_embd.weight", h.EmbeddingWidth, h.VocabularySize);

        var g = new GraphBuilder();
        var x = g.GetRows(embedding);
        for (var i = 0; i < h.LayerCount; i++)
        {
            g.Layer = i;
            var layer = Layer.Claim(tensors, h, i);
            var a = g.RmsNorm(x, layer.AttentionNorm, h.NormEpsilon);
            var q = g.Rope(g.MatMul(layer.QueryKeyValue.Rows(0, h.QueryWidth), a).Heads(h.HeadDim), rope);
            var k = g.Rope(g.MatMul(layer.QueryKeyValue.Rows(h.QueryWidth, h.KeyWidth), a).Heads(h.HeadDim), rope);
            g.StoreKv(k, g.MatMul(layer.QueryKeyValue.Rows(h.QueryWidth + h.KeyWidth, h.ValueWidth), a).Heads(h.ValueDim));
            x = g.Add(x, g.MatMul(layer.Output, g.Attention(q, attention)));

            var f = g.RmsNorm(x, layer.FeedForwardNorm, h.NormEpsilon);
            var gate = g.MatMul(layer.GateUp.Rows(0, h.FeedForwardWidth), f);
            var up = g.MatMul(layer.GateUp.Rows(h.FeedForwardWidth, h.FeedForwardWidth), f);
            x = g.Add(x, g.MatMul(layer.Down, g.Glu(GluKind.SwiGlu, gate, up)));
        }

        g.Layer = -1;
        var outputNorm = tensors.Vector("output_norm.weight", h.EmbeddingWidth);
        var output = tensors.Has("output.weight") ? tensors.Matrix("output.weight", h.EmbeddingWidth, h.VocabularySize) : embedding;
        return g.Build(g.MatMul(output, g.RmsNorm(g.RowsWithLogits(x), outputNorm, h.NormEpsilon)));
    }

    /// <summary>Models with a long context bring two sets of frequency divisors, one for contexts up to the original length and one for longer ones.</summary>
    private static RopeParameters ReadRope(HyperParameters h, ModelMetadata metadata, TensorLedger tensors)
    {
        var pairs = RopeReader.Dims(metadata, h) / 2;
        var original = metadata.Count("rope.scaling.original_context_length", h.ContextLength);
        var (used, unused) = h.SessionLength > original ? ("long", "short") : ("short", "long");
        tensors.Ignore($"rope_factors_{unused}.weight");
        if (!tensors.Has($"rope_factors_{unused}.weight") && !tensors.Has($"rope_factors_{used}.weight"))
        {
            return RopeReader.Read(metadata, h, RopeStyle.Halves);
        }

        var rope = RopeReader.Read(metadata, h, RopeStyle.Halves, tensors.Vector($"rope_factors_{used}.weight", pairs));

        // Longer contexts flatten the softmax: sqrt(1 + ln(s) / ln(original)) makes up for it. Most converters store the number.
        return metadata.Has("rope.scaling.attn_factor") || h.ContextLength <= original
            ? rope
            : rope with { Magnitude = Math.Sqrt(1 + (Math.Log((double)h.ContextLength / original) / Math.Log(original))) };
    }

    private sealed record Layer(
        Weight AttentionNorm, // [embd]
        Weight QueryKeyValue, // [embd, (heads + 2 * kv heads) * dim]
        Weight Output, // [heads * dim, embd]
        Weight FeedForwardNorm, // [embd]
        Weight GateUp, // [embd, 2 * ff]
        Weight Down) // [ff, embd]
    {
        public static Layer Claim(TensorLedger tensors, HyperParameters h, int i) => new(
            tensors.Vector($"blk.{i}.attn_norm.weight", h.EmbeddingWidth),
            tensors.Matrix($"blk.{i}.attn_qkv.weight", h.EmbeddingWidth, h.QueryWidth + h.KeyWidth + h.ValueWidth),
            tensors.Matrix($"blk.{i}.attn_output.weight", h.HeadCount * h.ValueDim, h.EmbeddingWidth),
            tensors.Vector($"blk.{i}.ffn_norm.weight", h.EmbeddingWidth),
            tensors.Matrix($"blk.{i}.ffn_up.weight", h.EmbeddingWidth, checked(2 * h.FeedForwardWidth)), // files name the pair after its second half
            tensors.Matrix($"blk.{i}.ffn_down.weight", h.FeedForwardWidth, h.EmbeddingWidth));
    }
}
