namespace Lathe.Engine.Graphs;

/// <summary>Picks the experts of each token: the <paramref name="Used"/> largest logits, ties to the lower expert, weighed by a softmax over those.
/// A row of the result holds the expert numbers, largest logit first, and then their weights: <c>[tokens, 2 · used]</c>.</summary>
/// <param name="Logits">One value per expert.</param>
/// <param name="Used">Experts per token.</param>
public sealed record RouteExpertsNode(string Name, int Layer, GraphValue Logits, int Used, GraphValue Result) : GraphNode(Name, Layer)
{
    public override string Op => "route_experts";

    public override IReadOnlyList<GraphValue> Inputs => [Logits];

    public override GraphValue? Output => Result;
}
