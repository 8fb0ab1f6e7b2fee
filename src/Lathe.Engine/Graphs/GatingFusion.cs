namespace Lathe.Engine.Graphs;

/// <summary>Rewrites <c>Glu(gate, MatMul(W, a))</c> into one matrix product, plain or of experts, that gates its results as it stores them, wherever nothing else reads the product.</summary>
public static class GatingFusion
{
    /// <param name="graph">The graph.</param>
    /// <param name="pays">Whether a gated unit and the product that it would become one with shall be one.</param>
    public static ForwardGraph Apply(ForwardGraph graph, Func<GluNode, GraphNode, bool> pays)
    {
        var uses = new int[graph.ValueCount];
        var products = new GraphNode?[graph.ValueCount];
        foreach (var node in graph.Nodes)
        {
            foreach (var input in node.Inputs)
            {
                uses[input.Id]++;
            }

            if (node is MatMulNode { Residual: null, Gating: null } or ExpertMatMulNode { Gating: null })
            {
                products[node.Output!.Id] = node;
            }
        }

        var fused = new HashSet<GraphNode>(ReferenceEqualityComparer.Instance);
        var replacement = new Dictionary<GraphNode, GraphNode>(ReferenceEqualityComparer.Instance);
        foreach (var glu in graph.Nodes.OfType<GluNode>())
        {
            if (uses[glu.Up.Id] == 1 && products[glu.Up.Id] is { } product && pays(glu, product))
            {
                fused.Add(product);
                replacement[glu] = Gated(product, new Gating(glu.Kind, glu.Gate), glu.Result);
            }
        }

        var nodes = graph.Nodes.Where(node => !fused.Contains(node)).Select(node => replacement.GetValueOrDefault(node, node)).ToList();
        return new ForwardGraph(nodes, graph.ValueCount, graph.Logits);
    }

    private static GraphNode Gated(GraphNode product, Gating gating, GraphValue result) => product switch
    {
        MatMulNode plain => plain with { Gating = gating, Result = result },
        ExpertMatMulNode experts => experts with { Gating = gating, Result = result },
        _ => throw new ArgumentException($"{product.Op} is no product", nameof(product)),
    };
}
