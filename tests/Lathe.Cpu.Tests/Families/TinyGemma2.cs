using static Lathe.Cpu.Tests.Families.PlainMath;

namespace Lathe.Cpu.Tests.Families;

/// <summary>Norms around each branch, GeGLU, caps so low that they matter, a window in layers 0 and 2.</summary>
internal sealed class TinyGemma2 : TinyModel
{
    private const int Window = 9;
    private const float ScoreCap = 1.5f;
    private const float LogitCap = 2.5f;

    public TinyGemma2()
        : base("gemma2")
    {
        Count("context_length", 256);
        Count("attention.sliding_window", Window);
        Number("attn_logit_softcapping", ScoreCap);
        Number("final_logit_softcapping", LogitCap);
        for (var i = 0; i < Layers; i++)
        {
            Tensor($"blk.{i}.attn_norm.weight", Embedding);
            Tensor($"blk.{i}.attn_q.weight", Embedding, Heads * HeadDim);
            Tensor($"blk.{i}.attn_k.weight", Embedding, KvHeads * HeadDim);
            Tensor($"blk.{i}.attn_v.weight", Embedding, KvHeads * HeadDim);
            Tensor($"blk.{i}.attn_output.weight", Heads * HeadDim, Embedding);
            Tensor($"blk.{i}.post_attention_norm.weight", Embedding);
            Tensor($"blk.{i}.ffn_norm.weight", Embedding);
            Tensor($"blk.{i}.ffn_gate.weight", Embedding, FeedForward);
            Tensor($"blk.{i}.ffn_up.weight", Embedding, FeedForward);
            Tensor($"blk.{i}.ffn_down.weight", FeedForward, Embedding);
            Tensor($"blk.{i}.post_ffw_norm.weight", Embedding);
        }
    }

    protected override double[] Forward(int token, int position, List<double[]>[] keys, List<double[]>[] values, int? sessionLength)
    {
        double[] x = [.. Row(this["token_embd.weight"], Embedding, token).Select(value => value * Math.Sqrt(Embedding))];
        for (var i = 0; i < Layers; i++)
        {
            var a = Norm(x, this[$"blk.{i}.attn_norm.weight"], Epsilon);
            keys[i].Add(Rope(Product(this[$"blk.{i}.attn_k.weight"], a)));
            values[i].Add(Product(this[$"blk.{i}.attn_v.weight"], a));
            var query = Rope(Product(this[$"blk.{i}.attn_q.weight"], a));
            var attended = Attend(query, keys[i], values[i], Heads, KvHeads, 1 / Math.Sqrt(HeadDim), i % 2 == 0 ? Window : int.MaxValue, ScoreCap);
            x = Add(x, Norm(Product(this[$"blk.{i}.attn_output.weight"], attended), this[$"blk.{i}.post_attention_norm.weight"], Epsilon));
            var f = Norm(x, this[$"blk.{i}.ffn_norm.weight"], Epsilon);
            double[] activated = [.. Product(this[$"blk.{i}.ffn_gate.weight"], f).Zip(Product(this[$"blk.{i}.ffn_up.weight"], f), (gate, up) => Gelu(gate) * up)];
            x = Add(x, Norm(Product(this[$"blk.{i}.ffn_down.weight"], activated), this[$"blk.{i}.post_ffw_norm.weight"], Epsilon));
        }

        var logits = Product(this["token_embd.weight"], Norm(x, this["output_norm.weight"], Epsilon));
        return [.. logits.Select(logit => LogitCap * Math.Tanh(logit / LogitCap))];

        double[] Rope(double[] row) => Rotate(row, HeadDim, HeadDim, halves: true, 1, i => position * Math.Pow(RopeBase, -2.0 * i / HeadDim));
    }
}
