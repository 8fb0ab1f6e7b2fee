namespace Lathe.Engine.Graphs;

/// <summary>Sum of two values of one shape.</summary>
public sealed record AddNode(string Name, int Layer, GraphValue Left, GraphValue Right, GraphValue Result) : GraphNode(Name, Layer)
{
    public override string Op => "add";

    public override IReadOnlyList<GraphValue> Inputs => [Left, Right];

    public override GraphValue? Output => Result;
}
