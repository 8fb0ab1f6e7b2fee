namespace Lathe.Engine.Graphs;

/// <summary>Rewrites <c>Glu(gate, MatMul(W, a))</c> into one matrix product that gates its results as it stores them, wherever nothing else reads the product.</summary>
public static class GatingFusion
{
    /// <param name="graph">The graph.</param>
    /// <param name="pays">Whether a gated unit and the product that it would become one with shall be one.</param>
    public static ForwardGraph Apply(ForwardGraph graph, Func<GluNode, MatMulNode, bool> pays)
    {
        var uses = new int[graph.ValueCount];
        var products = new MatMulNode?[graph.ValueCount];
        foreach (var node in graph.Nodes)
        {
            foreach (var input in node.Inputs)
            {
                uses[input.Id]++;
            }

            if (node is MatMulNode { Residual: null, Gating: null } product)
            {
                products[product.Result.Id] = product;
            }
        }

        var fused = new HashSet<GraphNode>(ReferenceEqualityComparer.Instance);
        var replacement = new Dictionary<GraphNode, GraphNode>(ReferenceEqualityComparer.Instance);
        foreach (var glu in graph.Nodes.OfType<GluNode>())
        {
            if (uses[glu.Up.Id] == 1 && products[glu.Up.Id] is { } product && pays(glu, product))
            {
                fused.Add(product);
                replacement[glu] = product with { Gating = new Gating(glu.Kind, glu.Gate), Result = glu.Result };
            }
        }

        var nodes = graph.Nodes.Where(node => !fused.Contains(node)).Select(node => replacement.GetValueOrDefault(node, node)).ToList();
        return new ForwardGraph(nodes, graph.ValueCount, graph.Logits);
    }
}
