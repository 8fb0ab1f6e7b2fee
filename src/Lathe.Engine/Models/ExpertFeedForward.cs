using Lathe.Engine.Graphs;

namespace Lathe.Engine.Models;

/// <summary>The experts of one layer: a router picks some for each token, and their results are summed by its weights.</summary>
internal sealed record ExpertFeedForward(
    ExpertParameters Experts,
    Weight Router, // [embd, experts]
    Weight Gate, // [embd, ff, experts]
    Weight Up, // [embd, ff, experts]
    Weight Down, // [ff, embd, experts]
    Weight? RouterBias = null, // [experts]
    Weight? GateBias = null, // [ff, experts]
    Weight? UpBias = null, // [ff, experts]
    Weight? DownBias = null) // [embd, experts]
{
    public static ExpertFeedForward Claim(TensorLedger tensors, HyperParameters h, ExpertParameters experts, int i)
    {
        var router = tensors.Matrix($"blk.{i}.ffn_gate_inp.weight", h.EmbeddingWidth, experts.Count);
        var (gate, up) = ClaimGateAndUp(tensors, h, experts, i);
        return new(experts, router, gate, up, tensors.Experts($"blk.{i}.ffn_down_exps.weight", experts.Width, h.EmbeddingWidth, experts.Count));
    }

    public static ExpertFeedForward ClaimWithBiases(TensorLedger tensors, HyperParameters h, ExpertParameters experts, int i) => Claim(tensors, h, experts, i) with
    {
        RouterBias = tensors.Vector($"blk.{i}.ffn_gate_inp.bias", experts.Count),
        GateBias = tensors.Vectors($"blk.{i}.ffn_gate_exps.bias", experts.Width, experts.Count),
        UpBias = tensors.Vectors($"blk.{i}.ffn_up_exps.bias", experts.Width, experts.Count),
        DownBias = tensors.Vectors($"blk.{i}.ffn_down_exps.bias", h.EmbeddingWidth, experts.Count),
    };

    /// <summary>The block's result for normalised rows <paramref name="x"/>.</summary>
    public GraphValue Write(GraphBuilder g, GraphValue x, GluKind activation)
    {
        var routing = g.RouteExperts(g.MatMul(Router, x, RouterBias), Experts.Used);
        var gate = g.ExpertMatMul(Gate, x, routing, GateBias);
        var up = g.ExpertMatMul(Up, x, routing, UpBias);
        return g.WeightedSum(g.ExpertMatMul(Down, g.Glu(activation, gate, up), routing, DownBias), routing);
    }

    /// <summary>Some converters put both into one tensor, the gate's rows first.</summary>
    private static (Weight Gate, Weight Up) ClaimGateAndUp(TensorLedger tensors, HyperParameters h, ExpertParameters experts, int i)
    {
        var both = $"blk.{i}.ffn_gate_up_exps.weight";
        if (!tensors.Has(both))
        {
            return (tensors.Experts($"blk.{i}.ffn_gate_exps.weight", h.EmbeddingWidth, experts.Width, experts.Count),
                tensors.Experts($"blk.{i}.ffn_up_exps.weight", h.EmbeddingWidth, experts.Width, experts.Count));
        }

        var merged = tensors.Experts(both, h.EmbeddingWidth, checked(2 * experts.Width), experts.Count);
        return (merged.Rows(0, experts.Width), merged.Rows(experts.Width, experts.Width));
    }
}
