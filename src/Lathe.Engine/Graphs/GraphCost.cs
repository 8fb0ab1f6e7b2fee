namespace Lathe.Engine.Graphs;

/// <summary>What a forward pass must compute and read at least: the numerators of every roofline share.</summary>
/// <param name="MultiplyAddsPerToken">Multiply-adds of the matrix products that every token passes.</param>
/// <param name="MultiplyAddsPerOutput">Multiply-adds of those that only rows with logits pass.</param>
/// <param name="WeightBytes">Bytes of weights that a decoded token reads.</param>
public sealed record GraphCost(double MultiplyAddsPerToken, double MultiplyAddsPerOutput, double WeightBytes)
{
    public static GraphCost Of(ForwardGraph graph)
    {
        double perToken = 0, perOutput = 0, bytes = 0;
        foreach (var node in graph.Nodes.OfType<MatMulNode>())
        {
            var multiplyAdds = (double)node.Matrix.InputWidth * node.Matrix.OutputWidth;
            bytes += node.Matrix.ByteSize;
            if (node.Input.Rows == RowAxis.Tokens)
            {
                perToken += multiplyAdds;
            }
            else
            {
                perOutput += multiplyAdds;
            }
        }

        return new GraphCost(perToken, perOutput, bytes);
    }
}
