namespace Lathe.Formats.Tokenization;

/// <summary>What a kind of tokenizer does where the file is silent.</summary>
/// <param name="AddBos">Whether a text begins with BOS.</param>
/// <param name="AddEos">Whether a text ends with EOS or the separator.</param>
/// <param name="EndsWithSeparator">Whether the token at the end is the separator and not EOS.</param>
/// <param name="SpacePrefix">Whether encoding puts a space before a text, which decoding takes away.</param>
internal readonly record struct TokenizerDefaults(bool AddBos, bool AddEos = false, bool EndsWithSeparator = false, bool SpacePrefix = false);
