namespace Lathe.Formats.Tokenization;

/// <summary>Everything that a tokenizer is made from, as a model file states it; nothing here has been checked yet.</summary>
public sealed record TokenizerVocabulary
{
    /// <summary>The kind of tokenizer: <c>gpt2</c> (byte-level BPE), <c>llama</c> (SentencePiece BPE) or <c>bert</c> (WordPiece).</summary>
    public required string Model { get; init; }

    /// <summary>The name of the rules that cut text before merging; only byte-level BPE has such.</summary>
    public string? PreTokenizer { get; init; }

    /// <summary>The tokens' texts in the file's notation; the index is the id.</summary>
    public required Utf8Table Tokens { get; init; }

    /// <summary>One type per token, or nothing if all are normal.</summary>
    public ReadOnlyMemory<TokenType> Types { get; init; }

    /// <summary>One score per token, or nothing; SentencePiece merges the pair with the highest score first.</summary>
    public ReadOnlyMemory<float> Scores { get; init; }

    /// <summary>The merges of byte-level BPE, <c>left right</c>, most urgent first.</summary>
    public Utf8Table Merges { get; init; } = Utf8Table.Of();

    /// <summary>The tokens that the file gives a role.</summary>
    public SpecialTokenIds SpecialTokens { get; init; } = new();

    /// <summary>Whether a text begins with BOS; null leaves it to the model's kind.</summary>
    public bool? AddBos { get; init; }

    /// <summary>Whether a text ends with EOS; null leaves it to the model's kind.</summary>
    public bool? AddEos { get; init; }

    /// <summary>Whether SentencePiece puts a space before a text; null means yes.</summary>
    public bool? AddSpacePrefix { get; init; }

    /// <summary>Whether white space behind a special token belongs to it and makes no tokens of its own.</summary>
    public bool SpecialTokensTakeSpace { get; init; }

    /// <summary>Whether WordPiece sees small letters only; null means yes.</summary>
    public bool? Lowercase { get; init; }

    /// <summary>Whether WordPiece drops accents; null means as <see cref="Lowercase"/> says.</summary>
    public bool? StripAccents { get; init; }
}
