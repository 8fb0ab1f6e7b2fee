using Lathe.Engine.Models;

namespace Lathe.Engine.Graphs;

/// <summary>Rotates the first <c>rotary dims</c> values of each head by the token's angles.</summary>
public sealed record RopeNode(string Name, int Layer, GraphValue Input, GraphValue Angles, RopeStyle Style, GraphValue Result) : GraphNode(Name, Layer)
{
    public override string Op => "rope";

    public override IReadOnlyList<GraphValue> Inputs => [Input, Angles];

    public override GraphValue? Output => Result;
}
