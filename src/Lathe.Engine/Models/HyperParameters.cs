namespace Lathe.Engine.Models;

/// <summary>The numbers that shape a decoder-only transformer, as the file states them.</summary>
public sealed record HyperParameters
{
    public required int LayerCount { get; init; }

    public required int EmbeddingWidth { get; init; }

    public required int FeedForwardWidth { get; init; }

    public required int HeadCount { get; init; }

    public required int KvHeadCount { get; init; }

    /// <summary>Values per query and key head; their product with the head count need not be the embedding width.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Values per value head.</summary>
    public required int ValueDim { get; init; }

    public required int VocabularySize { get; init; }

    /// <summary>Positions that the model was trained for.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Tokens that a session is to hold at most; <see cref="ContextLength"/> unless said otherwise.</summary>
    public int SessionLength
    {
        get => field > 0 ? field : ContextLength;
        init;
    }

    public required float NormEpsilon { get; init; }

    public int QueryWidth => HeadCount * HeadDim;

    public int KeyWidth => KvHeadCount * HeadDim;

    public int ValueWidth => KvHeadCount * ValueDim;

    /// <summary>Causal attention at the usual scale 1/√d.</summary>
    public AttentionParameters Attention => new(HeadCount, KvHeadCount, HeadDim, ValueDim, 1f / MathF.Sqrt(HeadDim));
}
