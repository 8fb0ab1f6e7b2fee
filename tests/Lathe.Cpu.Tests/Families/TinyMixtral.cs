using static Lathe.Cpu.Tests.Families.PlainMath;

namespace Lathe.Cpu.Tests.Families;

/// <summary>A llama with experts; the last layer has gate and up in one tensor.</summary>
internal sealed class TinyMixtral : TinyModel
{
    private const int Experts = 5;
    private const int Used = 2;

    public TinyMixtral()
        : base("llama")
    {
        Count("context_length", 256);
        Count("expert_count", Experts);
        Count("expert_used_count", Used);
        Tensor("output.weight", Embedding, Vocabulary);
        for (var i = 0; i < Layers; i++)
        {
            Tensor($"blk.{i}.attn_norm.weight", Embedding);
            Tensor($"blk.{i}.attn_q.weight", Embedding, Heads * HeadDim);
            Tensor($"blk.{i}.attn_k.weight", Embedding, KvHeads * HeadDim);
            Tensor($"blk.{i}.attn_v.weight", Embedding, KvHeads * HeadDim);
            Tensor($"blk.{i}.attn_output.weight", Heads * HeadDim, Embedding);
            Tensor($"blk.{i}.ffn_norm.weight", Embedding);
            Tensor($"blk.{i}.ffn_gate_inp.weight", Embedding, Experts);
            if (i == Layers - 1)
            {
                Tensor($"blk.{i}.ffn_gate_up_exps.weight", Embedding, 2 * FeedForward, Experts);
            }
            else
            {
                Tensor($"blk.{i}.ffn_gate_exps.weight", Embedding, FeedForward, Experts);
                Tensor($"blk.{i}.ffn_up_exps.weight", Embedding, FeedForward, Experts);
            }

            Tensor($"blk.{i}.ffn_down_exps.weight", FeedForward, Embedding, Experts);
        }
    }

    protected override double[] Forward(int token, int position, List<double[]>[] keys, List<double[]>[] values, int? sessionLength)
    {
        var x = Row(this["token_embd.weight"], Embedding, token);
        for (var i = 0; i < Layers; i++)
        {
            var a = Norm(x, this[$"blk.{i}.attn_norm.weight"], Epsilon);
            keys[i].Add(Rope(Product(this[$"blk.{i}.attn_k.weight"], a)));
            values[i].Add(Product(this[$"blk.{i}.attn_v.weight"], a));
            var attended = Attend(Rope(Product(this[$"blk.{i}.attn_q.weight"], a)), keys[i], values[i], Heads, KvHeads, 1 / Math.Sqrt(HeadDim));
            x = Add(x, Product(this[$"blk.{i}.attn_output.weight"], attended));
            x = Add(x, FeedForwardOf(i, Norm(x, this[$"blk.{i}.ffn_norm.weight"], Epsilon)));
        }

        return Product(this["output.weight"], Norm(x, this["output_norm.weight"], Epsilon));

        double[] Rope(double[] row) => Rotate(row, HeadDim, HeadDim, halves: false, 1, i => position * Math.Pow(RopeBase, -2.0 * i / HeadDim));
    }

    /// <summary>Softmax over all experts, the best of them, scaled to a sum of 1.</summary>
    private double[] FeedForwardOf(int layer, double[] x)
    {
        var logits = Product(this[$"blk.{layer}.ffn_gate_inp.weight"], x);
        var weights = logits.Select(Math.Exp).ToArray();
        var picked = Enumerable.Range(0, Experts).OrderByDescending(expert => weights[expert]).Take(Used).ToArray();
        var result = new double[Embedding];
        foreach (var expert in picked)
        {
            var gate = Product(Matrix(layer, "gate", expert), x);
            var up = Product(Matrix(layer, "up", expert), x);
            var down = Product(Matrix(layer, "down", expert), [.. gate.Zip(up, (g, u) => Silu(g) * u)]);
            result = Add(result, [.. down.Select(value => value * weights[expert] / picked.Sum(other => weights[other]))]);
        }

        return result;
    }

    private ReadOnlySpan<float> Matrix(int layer, string name, int expert)
    {
        const int Size = Embedding * FeedForward;
        return layer == Layers - 1 && name != "down"
            ? this[$"blk.{layer}.ffn_gate_up_exps.weight"].AsSpan((((2 * expert) + (name == "up" ? 1 : 0)) * Size), Size)
            : this[$"blk.{layer}.ffn_{name}_exps.weight"].AsSpan(expert * Size, Size);
    }
}
