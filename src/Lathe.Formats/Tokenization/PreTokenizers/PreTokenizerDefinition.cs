namespace Lathe.Formats.Tokenization.PreTokenizers;

/// <summary>One line of the table of pre-tokenisers.</summary>
/// <param name="Name">The name in <c>tokenizer.ggml.pre</c>.</param>
/// <param name="Aliases">Other names of the same rules.</param>
/// <param name="Patterns">The patterns, applied in order: each splits the pieces that the one before it left.</param>
internal sealed record PreTokenizerDefinition(string Name, string[] Aliases, params string[] Patterns)
{
    /// <summary>A piece that is a token as a whole is taken as it is, whatever the merges would make of it.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Whether BOS is added when the file does not say.</summary>
    public bool AddBos { get; init; }
}
