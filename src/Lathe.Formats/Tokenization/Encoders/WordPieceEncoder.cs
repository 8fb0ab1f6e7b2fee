using System.Text;

namespace Lathe.Formats.Tokenization.Encoders;

/// <summary>
/// WordPiece (<c>bert</c>): each word is cut from the left into the longest tokens; a word that cannot be cut is one unknown token.
/// In the file, tokens that begin a word start with U+2581, and those that go on have no mark.
/// </summary>
internal sealed class WordPieceEncoder : TextEncoder
{
    /// <summary>Longer words are unknown, as in BERT.</summary>
    private const int LongestWord = 100;

    private readonly BertNormalizer _normalizer;
    private readonly TokenIndex _pieces;
    private readonly int _unknown;

    private WordPieceEncoder(BertNormalizer normalizer, TokenIndex pieces, int unknown)
    {
        _normalizer = normalizer;
        _pieces = pieces;
        _unknown = unknown;
    }

    public override string PreTokenizerName => "bert";

    /// <exception cref="TokenizerException">The vocabulary has no token for what is unknown.</exception>
    public static WordPieceEncoder Create(TokenizerVocabulary vocabulary, TokenRoles roles)
    {
        var lowercase = vocabulary.Lowercase ?? true;
        return new WordPieceEncoder(
            new BertNormalizer(lowercase, vocabulary.StripAccents ?? lowercase),
            new TokenIndex(vocabulary.Tokens, id => roles.TypeOf(id) is TokenType.Normal or TokenType.UserDefined),
            roles.Ids.Unknown ?? throw new TokenizerException("The WordPiece vocabulary has no unknown token ([UNK] or tokenizer.ggml.unknown_token_id)."));
    }

    public override void Encode(ReadOnlySpan<byte> utf8, bool startsText, List<int> output)
    {
        foreach (var word in _normalizer.Words(utf8))
        {
            var first = output.Count;
            if (word.EnumerateRunes().Count() > LongestWord || !TryEncodeWord(Encoding.UTF8.GetBytes('▁' + word), output))
            {
                output.RemoveRange(first, output.Count - first);
                output.Add(_unknown);
            }
        }
    }

    public override int Render(ReadOnlySpan<byte> text, Span<byte> bytes) => SentencePieceEncoder.RenderSpaces(text, bytes);

    private bool TryEncodeWord(ReadOnlySpan<byte> word, List<int> output)
    {
        while (!word.IsEmpty)
        {
            var length = Math.Min(word.Length, _pieces.LongestText);
            var token = -1;
            while (length > 0 && !_pieces.TryFind(word[..length], out token))
            {
                length--;
            }

            if (length == 0)
            {
                return false;
            }

            output.Add(token);
            word = word[length..];
        }

        return true;
    }
}
