using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.Simd.Attention;

/// <summary>The working memory of one thread, f32. Rows of queries are padded to <see cref="PaddedRows"/>.</summary>
internal readonly unsafe struct AttentionWorkspace
{
    private const int Line = 16; // floats per cache line

    public AttentionWorkspace(float* memory, AttentionParameters attention, int paddedRows)
    {
        PaddedRows = paddedRows;
        Keys = memory;
        Values = Keys + (KvLayout.PageTokens * attention.HeadDim);
        Queries = Values + (KvLayout.PageTokens * attention.ValueDim);
        Sums = Queries + ((long)paddedRows * attention.HeadDim);
        Scores = Sums + ((long)paddedRows * attention.ValueDim);
        Largest = Scores + (KvLayout.PageTokens * ScoreRows(paddedRows));
        Totals = Largest + paddedRows;
        Positions = Totals + paddedRows;
    }

    public int PaddedRows { get; }

    /// <summary>Keys of a page in f32: <c>[token][key dim]</c>.</summary>
    public float* Keys { get; }

    /// <summary>Values of a page in f32: <c>[token][value dim]</c>.</summary>
    public float* Values { get; }

    /// <summary>Scaled queries.</summary>
    public float* Queries { get; }

    /// <summary>Weighted sums of values so far.</summary>
    public float* Sums { get; }

    /// <summary>Scores, then weights, of one page.</summary>
    public float* Scores { get; }

    /// <summary>Largest score of each row so far.</summary>
    public float* Largest { get; }

    /// <summary>Sum of the weights of each row so far.</summary>
    public float* Totals { get; }

    /// <summary>Position of each row's token.</summary>
    public float* Positions { get; }

    public static long Bytes(AttentionParameters attention, int paddedRows) =>
        sizeof(float) * ((long)(KvLayout.PageTokens + paddedRows) * (attention.HeadDim + attention.ValueDim)
            + (KvLayout.PageTokens * ScoreRows(paddedRows)) + (3L * paddedRows));

    // Many rows are worked on in panels of two vectors, few in one go.
    private static int ScoreRows(int paddedRows) => Math.Min(paddedRows, 2 * Line);
}
