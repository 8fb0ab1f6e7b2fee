namespace Lathe.Engine.Inference;

/// <summary>The inside of a KV page: <c>[layer][K, then V][kv head][token][value]</c>. The tokens of one head are contiguous,
/// so that a query streams over them.</summary>
/// <param name="Layers">Layers of the model.</param>
/// <param name="KvHeads">Key and value heads per layer.</param>
/// <param name="KeyDim">Values per key head.</param>
/// <param name="ValueDim">Values per value head.</param>
/// <param name="ElementType">How a value is stored.</param>
public sealed record KvLayout(int Layers, int KvHeads, int KeyDim, int ValueDim, KvElementType ElementType)
{
    /// <summary>Tokens per page.</summary>
    public const int PageTokens = 64;

    /// <summary>Bytes of one token's key in one head.</summary>
    public int KeyBytes => BytesOf(KeyDim);

    /// <summary>Bytes of one token's value in one head.</summary>
    public int ValueBytes => BytesOf(ValueDim);

    /// <summary>Bytes of one layer in a page.</summary>
    public long LayerBytes => (long)KvHeads * PageTokens * (KeyBytes + ValueBytes);

    /// <summary>Bytes of a page.</summary>
    public long PageBytes => LayerBytes * Layers;

    /// <summary>Offset in a page of the first token's key in a head; the next token is <see cref="KeyBytes"/> further.</summary>
    public long KeyOffset(int layer, int head) => (LayerBytes * layer) + ((long)head * PageTokens * KeyBytes);

    /// <summary>Offset in a page of the first token's value in a head; the next token is <see cref="ValueBytes"/> further.</summary>
    public long ValueOffset(int layer, int head) => (LayerBytes * layer) + ((long)KvHeads * PageTokens * KeyBytes) + ((long)head * PageTokens * ValueBytes);

    private int BytesOf(int values) => ElementType switch
    {
        KvElementType.F16 => values * 2,
        KvElementType.F32 => values * 4,
        KvElementType.Q8_0 when values % 32 == 0 => values / 32 * 34,
        KvElementType.Q8_0 => throw new ArgumentException($"a q8_0 KV cache needs heads of a multiple of 32 values, the model's have {values}: use f16 or f32"),
        _ => throw new ArgumentOutOfRangeException(nameof(values), ElementType, "unknown KV element type"),
    };
}
