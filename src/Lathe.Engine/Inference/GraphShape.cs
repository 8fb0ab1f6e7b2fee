using Lathe.Engine.Graphs;

namespace Lathe.Engine.Inference;

/// <summary>The largest batch that a compiled graph takes.</summary>
/// <param name="Tokens">Most tokens in a batch.</param>
/// <param name="Outputs">Most rows of logits.</param>
public readonly record struct GraphShape(int Tokens, int Outputs)
{
    /// <summary>Most rows along <paramref name="axis"/>.</summary>
    public int Rows(RowAxis axis) => axis switch
    {
        RowAxis.Tokens => Tokens,
        RowAxis.Outputs => Outputs,
        _ => throw new ArgumentOutOfRangeException(nameof(axis), axis, "unknown row axis"),
    };
}
