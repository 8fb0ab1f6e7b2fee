namespace Lathe.Engine.Graphs;

/// <summary>Rewrites <c>Glu(gate, MatMul(W, a))</c> into one matrix product, plain or of experts, that gates its results as it stores them, wherever nothing else reads the product.</summary>
public static class GatingFusion
{
    /// <param name="graph">The graph.</param>
    /// <param name="pays">Whether a gated unit and the product that it would become one with shall be one.</param>
    public static ForwardGraph Apply(ForwardGraph graph, Func<GluNode, GraphNode, bool> pays)
    {
        var rewrite = new GraphRewrite(graph);
        foreach (var glu in graph.Nodes.OfType<GluNode>())
        {
            var gating = new Gating(glu.Kind, glu.Gate);
            var product = rewrite.ProducerForOneReader(glu.Up);
            GraphNode? gated = product switch
            {
                MatMulNode { Residual: null, Gating: null } plain => plain with { Gating = gating, Result = glu.Result },
                ExpertMatMulNode { Gating: null } experts => experts with { Gating = gating, Result = glu.Result },
                _ => null,
            };
            if (gated is not null && pays(glu, product!))
            {
                rewrite.Fuse(product!, glu, gated);
            }
        }

        return rewrite.Apply();
    }
}
