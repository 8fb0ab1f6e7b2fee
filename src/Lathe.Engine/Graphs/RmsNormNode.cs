using Lathe.Engine.Models;

namespace Lathe.Engine.Graphs;

/// <summary>RMS normalisation of each group: <c>x · rsqrt(mean(x²) + ε) · w</c>. The weight has one value per place in a group.</summary>
public sealed record RmsNormNode(string Name, int Layer, GraphValue Input, Weight Scale, float Epsilon, GraphValue Result) : GraphNode(Name, Layer)
{
    public override string Op => "rms_norm";

    public override IReadOnlyList<GraphValue> Inputs => [Input];

    public override GraphValue? Output => Result;
}
