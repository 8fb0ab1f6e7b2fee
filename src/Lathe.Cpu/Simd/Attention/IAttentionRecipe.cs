namespace Lathe.Cpu.Simd.Attention;

/// <summary>Online softmax over pages of keys and values, in one of two arrangements: for few and for many rows.</summary>
internal unsafe interface IAttentionRecipe
{
    /// <summary>Takes the queries in.</summary>
    static abstract void Begin(in AttentionPiece piece);

    /// <summary>Attends to <paramref name="count"/> more tokens from position <paramref name="first"/> on.</summary>
    /// <param name="keys"><c>[token][key dim]</c>, with memory for a whole page.</param>
    /// <param name="values"><c>[token][value dim]</c>.</param>
    static abstract void Attend(in AttentionPiece piece, float* keys, float* values, int first, int count);

    /// <summary>Writes the results.</summary>
    static abstract void End(in AttentionPiece piece);
}
