using Lathe.Formats.Gguf;

namespace Lathe.Formats.Tokenization;

/// <summary>Reads the <c>tokenizer.ggml.*</c> metadata of a GGUF file.</summary>
internal static class GgufVocabulary
{
    private const string Prefix = "tokenizer.ggml.";

    /// <exception cref="TokenizerException">The file has no tokenizer, or a value is out of range.</exception>
    /// <exception cref="GgufException">A value has another type than expected.</exception>
    public static TokenizerVocabulary Read(GgufMetadata metadata)
    {
        if (!metadata.TryGetString(Prefix + "model", out var model))
        {
            throw new TokenizerException($"The file has no tokenizer: the metadata key {Prefix}model is missing.");
        }

        if (!metadata.TryGetArray(Prefix + "tokens", out var tokens))
        {
            throw new TokenizerException($"The file has no vocabulary: the metadata key {Prefix}tokens is missing.");
        }

        metadata.TryGetArray(Prefix + "merges", out var merges);
        return new TokenizerVocabulary
        {
            Model = model,
            PreTokenizer = metadata.TryGetString(Prefix + "pre", out var preTokenizer) ? preTokenizer : null,
            Tokens = Utf8Table.Create(tokens.Count, tokens.GetUtf8),
            Types = ReadTypes(metadata),
            Scores = ReadScores(metadata),
            Merges = Utf8Table.Create(merges.Count, merges.GetUtf8),
            SpecialTokens = new SpecialTokenIds
            {
                Bos = ReadId(metadata, "bos_token_id") ?? ReadId(metadata, "cls_token_id"),
                Eos = ReadId(metadata, "eos_token_id"),
                Eot = ReadId(metadata, "eot_token_id"),
                Eom = ReadId(metadata, "eom_token_id"),
                Unknown = ReadId(metadata, "unknown_token_id"),
                // The key's spelling is the format's own.
                Separator = ReadId(metadata, "seperator_token_id"),
                Padding = ReadId(metadata, "padding_token_id"),
                Mask = ReadId(metadata, "mask_token_id"),
            },
            AddBos = ReadFlag(metadata, "add_bos_token"),
            AddEos = ReadFlag(metadata, "add_eos_token"),
            AddSpacePrefix = ReadFlag(metadata, "add_space_prefix"),
            SpecialTokensTakeSpace = IsPhi3(metadata),
            Lowercase = ReadFlag(metadata, "normalizer.lowercase"),
            StripAccents = ReadFlag(metadata, "normalizer.strip_accents"),
        };
    }

    /// <summary>Phi 3 was trained with tokens that take the white space behind them; files have no key for that and are known by their name.</summary>
    private static bool IsPhi3(GgufMetadata metadata) =>
        metadata.TryGetString("general.name", out var name)
        && (name.Contains("phi-3", StringComparison.OrdinalIgnoreCase) || name.Contains("phi3", StringComparison.OrdinalIgnoreCase));

    private static TokenType[] ReadTypes(GgufMetadata metadata)
    {
        metadata.TryGetArray(Prefix + "token_type", out var array);
        var types = new TokenType[array.Count];
        for (var i = 0; i < types.Length; i++)
        {
            var value = array.GetInteger(i);
            types[i] = value is >= (long)TokenType.Undefined and <= (long)TokenType.Byte
                ? (TokenType)value
                : throw new TokenizerException($"{Prefix}token_type[{i}] is {value}; expected 0 to 6.");
        }

        return types;
    }

    private static float[] ReadScores(GgufMetadata metadata)
    {
        metadata.TryGetArray(Prefix + "scores", out var array);
        var scores = new float[array.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = (float)array.GetNumber(i);
        }

        return scores;
    }

    private static int? ReadId(GgufMetadata metadata, string name)
    {
        if (!metadata.TryGetInteger(Prefix + name, out var value))
        {
            return null;
        }

        return value is >= 0 and <= int.MaxValue ? (int)value : throw new TokenizerException($"{Prefix}{name} is {value}, which is not a token id.");
    }

    private static bool? ReadFlag(GgufMetadata metadata, string name) => metadata.TryGetBoolean(Prefix + name, out var value) ? value : null;
}
