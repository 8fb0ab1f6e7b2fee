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
        foreach (var node in graph.Nodes)
        {
            // Of a mixture of experts a token passes the experts that were picked for it.
            var (matrix, input, used) = node switch
            {
                MatMulNode product => (product.Matrix, product.Input, 1),
                ExpertMatMulNode product => (product.Matrix, product.Input, product.Used),
                _ => default,
            };
            if (matrix is null)
            {
                continue;
            }

            var multiplyAdds = (double)matrix.InputWidth * matrix.OutputWidth * used;
            bytes += (double)matrix.RowBytes * matrix.OutputWidth * used;
            if (input.Rows == RowAxis.Tokens)
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
