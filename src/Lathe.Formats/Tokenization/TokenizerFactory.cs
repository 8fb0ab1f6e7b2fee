using Lathe.Formats.Tokenization.Encoders;
using Lathe.Formats.Tokenization.PreTokenizers;

namespace Lathe.Formats.Tokenization;

/// <summary>Checks a vocabulary and puts together the tokenizer of its kind.</summary>
internal static class TokenizerFactory
{
    /// <exception cref="TokenizerException">The vocabulary cannot work or is not supported.</exception>
    public static Tokenizer Create(TokenizerVocabulary vocabulary)
    {
        Check(vocabulary);
        var texts = new TokenIndex(vocabulary.Tokens, _ => true);
        return vocabulary.Model switch
        {
            "gpt2" => CreateByteLevel(vocabulary, texts),
            "llama" => CreateSentencePiece(vocabulary, texts),
            "bert" => CreateWordPiece(vocabulary, texts),
            var model => throw new TokenizerException($"The tokenizer model '{model}' is not supported; supported ones are gpt2, llama and bert."),
        };
    }

    private static Tokenizer CreateByteLevel(TokenizerVocabulary vocabulary, TokenIndex texts)
    {
        if (vocabulary.PreTokenizer is null)
        {
            throw new TokenizerException("The file does not name its pre-tokeniser (tokenizer.ggml.pre), without which its tokens would be wrong; " +
                $"known ones are {string.Join(", ", PreTokenizerCatalog.Names)}.");
        }

        if (vocabulary.Merges.Count == 0)
        {
            throw new TokenizerException("The byte-level BPE vocabulary has no merges (tokenizer.ggml.merges).");
        }

        var definition = PreTokenizerCatalog.Find(vocabulary.PreTokenizer);
        var roles = new TokenRoles(vocabulary, texts, new SpecialTokenIds());
        var encoder = ByteLevelEncoder.Create(vocabulary, definition, texts, roles.TypeOf);
        return new Tokenizer(vocabulary, roles, encoder, new TokenizerDefaults(definition.AddBos));
    }

    private static Tokenizer CreateSentencePiece(TokenizerVocabulary vocabulary, TokenIndex texts)
    {
        if (vocabulary.Scores.IsEmpty)
        {
            throw new TokenizerException("The SentencePiece vocabulary has no scores (tokenizer.ggml.scores).");
        }

        var defaults = new SpecialTokenIds { Unknown = InRange(0), Bos = InRange(1), Eos = InRange(2) };
        var roles = new TokenRoles(vocabulary, texts, defaults);
        var addSpacePrefix = vocabulary.AddSpacePrefix ?? true;
        var encoder = SentencePieceEncoder.Create(vocabulary, texts, roles, addSpacePrefix);
        return new Tokenizer(vocabulary, roles, encoder, new TokenizerDefaults(AddBos: true, SpacePrefix: addSpacePrefix));

        int? InRange(int id) => id < vocabulary.Tokens.Count ? id : null;
    }

    private static Tokenizer CreateWordPiece(TokenizerVocabulary vocabulary, TokenIndex texts)
    {
        var defaults = new SpecialTokenIds
        {
            Bos = Find("[CLS]"u8),
            Separator = Find("[SEP]"u8),
            Unknown = Find("[UNK]"u8),
            Padding = Find("[PAD]"u8),
            Mask = Find("[MASK]"u8),
        };
        var roles = new TokenRoles(vocabulary, texts, defaults);
        var encoder = WordPieceEncoder.Create(vocabulary, roles);
        return new Tokenizer(vocabulary, roles, encoder, new TokenizerDefaults(AddBos: true, AddEos: true, EndsWithSeparator: true, SpacePrefix: true));

        int? Find(ReadOnlySpan<byte> text) => texts.TryFind(text, out var token) ? token : null;
    }

    private static void Check(TokenizerVocabulary vocabulary)
    {
        var size = vocabulary.Tokens.Count;
        if (size == 0)
        {
            throw new TokenizerException("The vocabulary (tokenizer.ggml.tokens) is empty.");
        }

        if (!vocabulary.Types.IsEmpty && vocabulary.Types.Length != size)
        {
            throw new TokenizerException($"The vocabulary has {size} tokens but {vocabulary.Types.Length} token types; expected one for each.");
        }

        if (!vocabulary.Scores.IsEmpty && vocabulary.Scores.Length != size)
        {
            throw new TokenizerException($"The vocabulary has {size} tokens but {vocabulary.Scores.Length} scores; expected one for each.");
        }

        foreach (var (name, id) in vocabulary.SpecialTokens.All)
        {
            if (id is { } token && (uint)token >= (uint)size)
            {
                throw new TokenizerException($"tokenizer.ggml.{name}_token_id is {token}, but the vocabulary has the ids 0 to {size - 1}.");
            }
        }
    }
}
