namespace Lathe.Engine.Graphs;

/// <summary>Gated activation <c>act(gate) · up</c>, element by element.</summary>
public sealed record GluNode(string Name, int Layer, GraphValue Gate, GraphValue Up, GluKind Kind, GraphValue Result) : GraphNode(Name, Layer)
{
    public override string Op => "glu";

    public override IReadOnlyList<GraphValue> Inputs => [Gate, Up];

    public override GraphValue? Output => Result;
}
