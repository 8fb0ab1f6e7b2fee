using Lathe.Engine.Models;

namespace Lathe.Cpu.Simd.Attention;

/// <summary>One piece of work: the queries of some tokens and heads that read the same keys and values. Row r is token <c>r / Heads</c>, head <c>r % Heads</c>.</summary>
internal readonly unsafe struct AttentionPiece(
    AttentionParameters attention, AttentionWorkspace workspace, float* query, long queryStride, float* result, long resultStride, int tokens, int heads, int firstPosition)
{
    public AttentionWorkspace Workspace { get; } = workspace;

    public int KeyDim { get; } = attention.HeadDim;

    public int ValueDim { get; } = attention.ValueDim;

    public float Scale { get; } = attention.Scale;

    public int Rows { get; } = tokens * heads;

    /// <summary>Position of the last token, the end of what any row sees.</summary>
    public int LastPosition { get; } = firstPosition + tokens - 1;

    public int Position(int row) => firstPosition + (row / heads);

    public float* Query(int row) => query + (row / heads * queryStride) + (row % heads * KeyDim);

    public float* Result(int row) => result + (row / heads * resultStride) + (row % heads * ValueDim);
}
