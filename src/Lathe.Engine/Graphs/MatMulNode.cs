using Lathe.Engine.Models;

namespace Lathe.Engine.Graphs;

/// <summary>Matrix product <c>y = W x (+ bias) (+ residual)</c> for each row, or a gated one, <c>y = act(gate) · (W x (+ bias))</c>.</summary>
/// <param name="Matrix">Weight <c>[in, out]</c> in the file's own block layout.</param>
/// <param name="Bias">One value per output column, or null.</param>
/// <param name="Residual">A value of the output's shape that is added, or null.</param>
/// <param name="Gating">What gates the results, or null; there is no residual then.</param>
public sealed record MatMulNode(string Name, int Layer, Weight Matrix, GraphValue Input, Weight? Bias, GraphValue? Residual, GraphValue Result, Gating? Gating = null)
    : GraphNode(Name, Layer)
{
    public override string Op => "matmul";

    public override IReadOnlyList<GraphValue> Inputs => Residual is not null ? [Input, Residual] : Gating is not null ? [Input, Gating.Gate] : [Input];

    public override GraphValue? Output => Result;
}
