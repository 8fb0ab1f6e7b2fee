using Lathe.Engine.Inference.Sampling;

namespace Lathe;

/// <summary>How a text is continued.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most tokens to generate; null for as many as the context holds.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How each token is drawn.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Texts at which generation ends; they are not part of the result.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Goes on past the model's end-of-generation tokens, up to the token limit.</summary>
    public bool IgnoreEndOfGeneration { get; init; }
}
