namespace Lathe.Engine.Graphs;

/// <summary>Appends the batch's keys and values to the layer's KV cache.</summary>
public sealed record StoreKvNode(string Name, int Layer, GraphValue Key, GraphValue Value) : GraphNode(Name, Layer)
{
    public override string Op => "store_kv";

    public override IReadOnlyList<GraphValue> Inputs => [Key, Value];

    public override GraphValue? Output => null;
}
