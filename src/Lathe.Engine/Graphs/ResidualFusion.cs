namespace Lathe.Engine.Graphs;

/// <summary>Rewrites <c>Add(x, MatMul(W, a))</c> into one matrix product that adds <c>x</c> as it stores its result,
/// wherever nothing else reads the product.</summary>
public static class ResidualFusion
{
    public static ForwardGraph Apply(ForwardGraph graph)
    {
        var rewrite = new GraphRewrite(graph);
        foreach (var add in graph.Nodes.OfType<AddNode>())
        {
            if (ProductOf(add.Right) is { } right)
            {
                rewrite.Fuse(right, add, right with { Residual = add.Left, Result = add.Result });
            }
            else if (ProductOf(add.Left) is { } left)
            {
                rewrite.Fuse(left, add, left with { Residual = add.Right, Result = add.Result });
            }
        }

        return rewrite.Apply();

        MatMulNode? ProductOf(GraphValue value) => rewrite.ProducerForOneReader(value) is MatMulNode { Residual: null, Gating: null } product ? product : null;
    }
}
