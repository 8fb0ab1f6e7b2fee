namespace Lathe.Engine.Graphs;

/// <summary>Rewrites <c>Add(x, MatMul(W, a))</c> into one matrix product that adds <c>x</c> as it stores its result,
/// wherever nothing else reads the product.</summary>
public static class ResidualFusion
{
    public static ForwardGraph Apply(ForwardGraph graph)
    {
        var uses = new int[graph.ValueCount];
        var producer = new GraphNode?[graph.ValueCount];
        foreach (var node in graph.Nodes)
        {
            foreach (var input in node.Inputs)
            {
                uses[input.Id]++;
            }

            if (node.Output is { } output)
            {
                producer[output.Id] = node;
            }
        }

        var fused = new HashSet<GraphNode>(ReferenceEqualityComparer.Instance);
        var replacement = new Dictionary<GraphNode, GraphNode>(ReferenceEqualityComparer.Instance);
        foreach (var add in graph.Nodes.OfType<AddNode>())
        {
            var (product, residual) = IsFusable(add.Right) ? (add.Right, add.Left) : (add.Left, add.Right);
            if (IsFusable(product))
            {
                var matmul = (MatMulNode)producer[product.Id]!;
                fused.Add(matmul);
                replacement[add] = new MatMulNode(matmul.Name, matmul.Layer, matmul.Matrix, matmul.Input, matmul.Bias, residual, add.Result);
            }
        }

        var nodes = graph.Nodes.Where(node => !fused.Contains(node)).Select(node => replacement.GetValueOrDefault(node, node)).ToList();
        return new ForwardGraph(nodes, graph.ValueCount, graph.Logits);

        bool IsFusable(GraphValue value) => uses[value.Id] == 1 && producer[value.Id] is MatMulNode { Residual: null, Gating: null };
    }
}
