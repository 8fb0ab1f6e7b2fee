using Lathe.Engine.Models;

namespace Lathe.Engine.Graphs;

/// <summary>The rotation of each token's position: <c>[tokens, rotary dims]</c>, cosines in the first half of a row and sines in the second.</summary>
public sealed record RopeAnglesNode(string Name, int Layer, RopeParameters Rope, GraphValue Result) : GraphNode(Name, Layer)
{
    public override string Op => "rope_angles";

    public override IReadOnlyList<GraphValue> Inputs => [];

    public override GraphValue? Output => Result;
}
