namespace Lathe.Engine.Graphs;

/// <summary>Sum of what a token's experts made, by the weights of the routing: <c>[tokens, used · width]</c> to <c>[tokens, width]</c>.</summary>
/// <param name="Routing">What <see cref="RouteExpertsNode"/> makes.</param>
public sealed record WeightedSumNode(string Name, int Layer, GraphValue Input, GraphValue Routing, GraphValue Result) : GraphNode(Name, Layer)
{
    public override string Op => "weighted_sum";

    public override IReadOnlyList<GraphValue> Inputs => [Input, Routing];

    public override GraphValue? Output => Result;
}
