using static Lathe.Cpu.Tests.Families.PlainMath;

namespace Lathe.Cpu.Tests.Families;

/// <summary>Fused matrices, a part of each head that rotates, a window, and frequencies for short and long contexts.</summary>
internal sealed class TinyPhi3 : TinyModel
{
    private const int Rotary = 12;
    private const int Window = 21;
    private const int Trained = 256;
    private const int Original = 32;

    public TinyPhi3()
        : base("phi3")
    {
        Count("context_length", Trained);
        Count("rope.dimension_count", Rotary);
        Count("rope.scaling.original_context_length", Original);
        Count("attention.sliding_window", Window);
        Tensor("rope_factors_long.weight", Rotary / 2);
        Tensor("rope_factors_short.weight", Rotary / 2);
        Tensor("output.weight", Embedding, Vocabulary);
        for (var i = 0; i < Layers; i++)
        {
            Tensor($"blk.{i}.attn_norm.weight", Embedding);
            Tensor($"blk.{i}.attn_qkv.weight", Embedding, (Heads + (2 * KvHeads)) * HeadDim);
            Tensor($"blk.{i}.attn_output.weight", Heads * HeadDim, Embedding);
            Tensor($"blk.{i}.ffn_norm.weight", Embedding);
            Tensor($"blk.{i}.ffn_up.weight", Embedding, 2 * FeedForward);
            Tensor($"blk.{i}.ffn_down.weight", FeedForward, Embedding);
        }
    }

    protected override double[] Forward(int token, int position, List<double[]>[] keys, List<double[]>[] values, int? sessionLength)
    {
        var factors = this[(sessionLength ?? Trained) > Original ? "rope_factors_long.weight" : "rope_factors_short.weight"];
        var magnitude = Math.Sqrt(1 + (Math.Log((double)Trained / Original) / Math.Log(Original)));
        var x = Row(this["token_embd.weight"], Embedding, token);
        for (var i = 0; i < Layers; i++)
        {
            var qkv = Product(this[$"blk.{i}.attn_qkv.weight"], Norm(x, this[$"blk.{i}.attn_norm.weight"], Epsilon));
            keys[i].Add(Rope(qkv[(Heads * HeadDim)..((Heads + KvHeads) * HeadDim)]));
            values[i].Add(qkv[((Heads + KvHeads) * HeadDim)..]);
            var attended = Attend(Rope(qkv[..(Heads * HeadDim)]), keys[i], values[i], Heads, KvHeads, 1 / Math.Sqrt(HeadDim), Window);
            x = Add(x, Product(this[$"blk.{i}.attn_output.weight"], attended));
            var both = Product(this[$"blk.{i}.ffn_up.weight"], Norm(x, this[$"blk.{i}.ffn_norm.weight"], Epsilon));
            double[] activated = [.. both[..FeedForward].Zip(both[FeedForward..], (gate, up) => Silu(gate) * up)];
            x = Add(x, Product(this[$"blk.{i}.ffn_down.weight"], activated));
        }

        return Product(this["output.weight"], Norm(x, this["output_norm.weight"], Epsilon));

        double[] Rope(double[] row) =>
            Rotate(row, HeadDim, Rotary, halves: true, magnitude, i => position * Math.Pow(RopeBase, -2.0 * i / Rotary) / factors[i]);
    }
}
