namespace Lathe.Engine.Graphs;

/// <summary>A result inside a graph: f32 <c>[rows, width]</c>, rows along <paramref name="Rows"/>. Operations that work per head see each
/// row as <c>width / GroupWidth</c> groups; <see cref="Heads"/> changes that view and nothing else.</summary>
/// <param name="Id">Index of the value in its graph.</param>
/// <param name="Rows">What a row stands for.</param>
/// <param name="Width">Values per row.</param>
/// <param name="GroupWidth">Values per group; equal to <paramref name="Width"/> unless viewed as heads.</param>
public sealed record GraphValue(int Id, RowAxis Rows, int Width, int GroupWidth)
{
    /// <summary>Groups (heads) per row.</summary>
    public int GroupCount => Width / GroupWidth;

    /// <summary>The same value seen as heads of <paramref name="headDim"/> values.</summary>
    public GraphValue Heads(int headDim)
    {
        if (headDim <= 0 || Width % headDim != 0)
        {
            throw new ArgumentException($"a row of {Width} values cannot be split into heads of {headDim}", nameof(headDim));
        }

        return this with { GroupWidth = headDim };
    }
}
