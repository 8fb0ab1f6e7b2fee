using Lathe.Engine.Models;

namespace Lathe.Engine.Graphs;

/// <summary>Attention of the batch's queries over the KV cache of their own sequences: <c>[tokens, heads · value dim]</c>. The mask is meaning
/// (causal, window, sinks, softcap), never a tensor.</summary>
public sealed record AttentionNode(string Name, int Layer, GraphValue Query, AttentionParameters Attention, GraphValue Result) : GraphNode(Name, Layer)
{
    public override string Op => "attention";

    public override IReadOnlyList<GraphValue> Inputs => [Query];

    public override GraphValue? Output => Result;
}
