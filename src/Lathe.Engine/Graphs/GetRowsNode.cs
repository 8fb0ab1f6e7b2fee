using Lathe.Engine.Models;

namespace Lathe.Engine.Graphs;

/// <summary>Looks the batch's tokens up in an embedding table: <c>[tokens, width]</c>.</summary>
public sealed record GetRowsNode(string Name, int Layer, Weight Table, GraphValue Result) : GraphNode(Name, Layer)
{
    public override string Op => "get_rows";

    public override IReadOnlyList<GraphValue> Inputs => [];

    public override GraphValue? Output => Result;
}
