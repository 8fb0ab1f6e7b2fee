using Lathe.Engine.Models;

namespace Lathe.Cpu.Simd.Attention;

/// <summary>One piece of work: the queries of some tokens and heads that read the same keys and values. Row r is token <c>r / Heads</c>, head <c>r % Heads</c>.</summary>
/// <param name="sinks">The sinks of the piece's heads, or null.</param>
internal readonly unsafe struct AttentionPiece(
    AttentionParameters attention, AttentionWorkspace workspace, float* query, long queryStride, float* result, long resultStride, int tokens, int heads, int firstPosition, float* sinks)
{
    public AttentionWorkspace Workspace { get; } = workspace;

    public int KeyDim { get; } = attention.HeadDim;

    public int ValueDim { get; } = attention.ValueDim;

    public float Scale { get; } = attention.Scale;

    public int Rows { get; } = tokens * heads;

    /// <summary>Position of the last token, the end of what any row sees.</summary>
    public int LastPosition { get; } = firstPosition + tokens - 1;

    /// <summary>Position of the first token that any row sees.</summary>
    public int FirstPosition { get; } = attention.FirstVisible(firstPosition);

    /// <summary>Tokens that a row sees, itself included; <see cref="int.MaxValue"/> for all before it.</summary>
    public int Window { get; } = attention.Window ?? int.MaxValue;

    /// <summary>c of <c>c · tanh(score / c)</c>, 0 for none.</summary>
    public float Softcap { get; } = attention.Softcap ?? 0;

    public int Position(int row) => firstPosition + (row / heads);

    /// <summary>Position of the first token that the row sees.</summary>
    public int FirstVisible(int row) => Math.Max(0, Position(row) + 1 - Window);

    /// <summary>The largest score before any token was seen: the sink's. Without one it is finite all the same: a page of which a row sees nothing
    /// must leave the row as it was, and -∞ less -∞ would make it NaN.</summary>
    public float InitialLargest(int row) => sinks == null ? float.MinValue : sinks[row % heads];

    /// <summary>The sum of the weights before any token was seen: a sink's own weight is 1 as long as it is the largest.</summary>
    public float InitialTotal => sinks == null ? 0 : 1;

    public float* Query(int row) => query + (row / heads * queryStride) + (row % heads * KeyDim);

    public float* Result(int row) => result + (row / heads * resultStride) + (row % heads * ValueDim);
}
