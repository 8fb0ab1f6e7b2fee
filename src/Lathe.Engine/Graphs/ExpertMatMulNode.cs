using Lathe.Engine.Models;

namespace Lathe.Engine.Graphs;

/// <summary>Matrix products of each token with the experts that were picked for it: place s of the result is <c>W_e x (+ bias_e)</c> for the expert e in place s
/// of the routing, <c>[tokens, used · out]</c>.</summary>
/// <param name="Matrix">Weight <c>[in, out, experts]</c> in the file's own block layout.</param>
/// <param name="Input">One row of <c>in</c> values for all experts of a token, or <c>used</c> groups of them, one for each.</param>
/// <param name="Routing">What <see cref="RouteExpertsNode"/> makes.</param>
/// <param name="Bias"><c>[out, experts]</c>, or null.</param>
/// <param name="Gating">What gates the results, or null.</param>
public sealed record ExpertMatMulNode(string Name, int Layer, Weight Matrix, GraphValue Input, GraphValue Routing, Weight? Bias, GraphValue Result, Gating? Gating = null)
    : GraphNode(Name, Layer)
{
    public override string Op => "expert_matmul";

    /// <summary>Experts per token.</summary>
    public int Used => Routing.Width / 2;

    /// <summary>True if all experts of a token read the same values.</summary>
    public bool IsInputShared => Input.Width == Matrix.InputWidth;

    public override IReadOnlyList<GraphValue> Inputs => Gating is null ? [Input, Routing] : [Input, Routing, Gating.Gate];

    public override GraphValue? Output => Result;
}
