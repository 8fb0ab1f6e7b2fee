namespace Lathe.Formats.Synthesis;

/// <summary>The dimensions of a published model, from which a file of the same shape can be made.</summary>
public sealed record ModelPreset
{
    /// <summary>The name as it is written on the command line.</summary>
    public required string Name { get; init; }

    /// <summary><c>general.architecture</c>.</summary>
    public required string Architecture { get; init; }

    public required int Layers { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int Embedding { get; init; }

    /// <summary>Inner width of the dense feed-forward block.</summary>
    public required int FeedForward { get; init; }

    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required int HeadDim { get; init; }

    public required int Vocabulary { get; init; }

    /// <summary>Tokens that the model was trained for.</summary>
    public required int Context { get; init; }

    public required float NormEpsilon { get; init; }

    public required float RopeBase { get; init; }

    /// <summary><c>tokenizer.ggml.pre</c>.</summary>
    public required string PreTokenizer { get; init; }

    /// <summary>Whether the embedding table is the output matrix too.</summary>
    public bool IsTied { get; init; }

    /// <summary>Whether a text begins with a token of its own.</summary>
    public bool AddsBos { get; init; }

    public bool HasQkvBias { get; init; }

    public bool HasOutputBias { get; init; }

    /// <summary>RMS norms per head on queries and keys.</summary>
    public bool HasQkNorm { get; init; }

    /// <summary>RMS norms on what attention and feed-forward add to the residual stream.</summary>
    public bool HasBranchNorms { get; init; }

    /// <summary>Extra softmax logit per query head.</summary>
    public bool HasSinks { get; init; }

    /// <summary>Llama 3.1's divisors of the RoPE frequencies.</summary>
    public bool HasFrequencyFactors { get; init; }

    /// <summary>One matrix for Q, K and V and one for gate and up.</summary>
    public bool HasFusedProjections { get; init; }

    /// <summary>LongRoPE: the context up to which the first of two sets of frequency divisors serves; 0 for none.</summary>
    public int LongRopeOriginalContext { get; init; }

    /// <summary>Tokens that a sliding-window layer sees; 0 for none.</summary>
    public int SlidingWindow { get; init; }

    /// <summary><c>rope.scaling.type</c> and factor; null for none.</summary>
    public (string Type, float Factor, int? OriginalContext)? RopeScaling { get; init; }

    /// <summary>Experts per layer; 0 for a dense model.</summary>
    public int Experts { get; init; }

    public int ExpertsUsed { get; init; }

    /// <summary>Inner width of an expert.</summary>
    public int ExpertFeedForward { get; init; }

    /// <summary>The name of the norm before the feed-forward block.</summary>
    public string FeedForwardNorm { get; init; } = "ffn_norm";
}
