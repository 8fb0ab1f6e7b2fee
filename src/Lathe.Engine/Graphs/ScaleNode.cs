namespace Lathe.Engine.Graphs;

/// <summary>Multiplies every value by one number.</summary>
public sealed record ScaleNode(string Name, int Layer, GraphValue Input, float Factor, GraphValue Result) : GraphNode(Name, Layer)
{
    public override string Op => "scale";

    public override IReadOnlyList<GraphValue> Inputs => [Input];

    public override GraphValue? Output => Result;
}
