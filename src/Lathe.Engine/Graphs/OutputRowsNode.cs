namespace Lathe.Engine.Graphs;

/// <summary>Picks the rows whose logits were asked for: <c>[tokens, width]</c> to <c>[outputs, width]</c>.</summary>
public sealed record OutputRowsNode(string Name, int Layer, GraphValue Input, GraphValue Result) : GraphNode(Name, Layer)
{
    public override string Op => "output_rows";

    public override IReadOnlyList<GraphValue> Inputs => [Input];

    public override GraphValue? Output => Result;
}
