using Lathe.Engine.Models;

namespace Lathe.Engine.Graphs;

/// <summary>Matrix product <c>y = W x (+ bias) (+ residual)</c> for each row.</summary>
/// <param name="Matrix">Weight <c>[in, out]</c> in the file's own block layout.</param>
/// <param name="Bias">One value per output column, or null.</param>
/// <param name="Residual">A value of the output's shape that is added, or null.</param>
public sealed record MatMulNode(string Name, int Layer, Weight Matrix, GraphValue Input, Weight? Bias, GraphValue? Residual, GraphValue Result) : GraphNode(Name, Layer)
{
    public override string Op => "matmul";

    public override IReadOnlyList<GraphValue> Inputs => Residual is null ? [Input] : [Input, Residual];

    public override GraphValue? Output => Result;
}
