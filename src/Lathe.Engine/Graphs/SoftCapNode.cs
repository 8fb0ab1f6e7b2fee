namespace Lathe.Engine.Graphs;

/// <summary>Bounds every value smoothly: <c>c · tanh(x / c)</c>.</summary>
/// <param name="Cap">c, above 0.</param>
public sealed record SoftCapNode(string Name, int Layer, GraphValue Input, float Cap, GraphValue Result) : GraphNode(Name, Layer)
{
    public override string Op => "soft_cap";

    public override IReadOnlyList<GraphValue> Inputs => [Input];

    public override GraphValue? Output => Result;
}
