using System.Text;

namespace Lathe.Formats.Tokenization.Encoders;

/// <summary>
/// A SentencePiece vocabulary as merges: every way to split a token into two symbols is a pair that makes it, ranked by the token's
/// score. A symbol is a token, or a character that only occurs within tokens; those are numbered after the vocabulary.
/// </summary>
internal sealed class SentencePieceSymbols
{
    private readonly int _vocabularySize;
    private readonly TokenIndex _tokens;
    private readonly Utf8Table _characterTexts;
    private readonly TokenIndex _characters;

    public SentencePieceSymbols(TokenizerVocabulary vocabulary, Func<int, TokenType> typeOf)
    {
        var texts = vocabulary.Tokens;
        _vocabularySize = texts.Count;

        // Control tokens and byte tokens are never read from text, whatever their spelling.
        _tokens = new TokenIndex(texts, id => typeOf(id) is TokenType.Normal or TokenType.UserDefined);
        _characterTexts = FindCharacters(texts);
        _characters = new TokenIndex(_characterTexts, _ => true);
        WordsAreIndependent = true;

        var pairs = new List<(int Left, int Right, int Merged)>();
        for (var id = 0; id < texts.Count; id++)
        {
            if (_tokens.TryFind(texts[id], out var found) && found == id)
            {
                AddPairs(texts[id], id, pairs);
                WordsAreIndependent &= !HasSpaceInside(texts[id]);
            }
        }

        var ranks = RankByScore(vocabulary.Scores.Span);
        Merges = new MergeTable(pairs.Count);
        foreach (var (left, right, merged) in pairs)
        {
            Merges.Add(left, right, ranks[merged], merged);
        }
    }

    public MergeTable Merges { get; }

    /// <summary>True if no token has a space after anything but spaces: then no merge crosses from a word to the next.</summary>
    public bool WordsAreIndependent { get; }

    /// <summary>The symbol with this text: a token, or a character of tokens.</summary>
    public bool TryFind(ReadOnlySpan<byte> text, out int symbol)
    {
        if (_tokens.TryFind(text, out symbol))
        {
            return true;
        }

        var found = _characters.TryFind(text, out var character);
        symbol = _vocabularySize + character;
        return found;
    }

    /// <summary>The text of a symbol that is no token.</summary>
    public bool TryGetCharacter(int symbol, out ReadOnlySpan<byte> text)
    {
        text = symbol >= _vocabularySize ? _characterTexts[symbol - _vocabularySize] : default;
        return symbol >= _vocabularySize;
    }

    private static bool HasSpaceInside(ReadOnlySpan<byte> text)
    {
        while (text.StartsWith(SentencePieceEncoder.Space))
        {
            text = text[SentencePieceEncoder.Space.Length..];
        }

        return text.IndexOf(SentencePieceEncoder.Space) >= 0;
    }

    /// <summary>The characters that occur in longer tokens without being tokens.</summary>
    private Utf8Table FindCharacters(Utf8Table texts)
    {
        var characters = new SortedSet<int>();
        for (var id = 0; id < texts.Count; id++)
        {
            var text = texts[id];
            while (!text.IsEmpty && _tokens.TryFind(texts[id], out _))
            {
                var isValid = Rune.DecodeFromUtf8(text, out var rune, out var width) == System.Buffers.OperationStatus.Done;
                if (isValid && !_tokens.TryFind(text[..width], out _))
                {
                    characters.Add(rune.Value);
                }

                text = text[width..];
            }
        }

        return Utf8Table.Of([.. characters.Select(value => new Rune(value).ToString())]);
    }

    private void AddPairs(ReadOnlySpan<byte> text, int id, List<(int Left, int Right, int Merged)> pairs)
    {
        for (var split = 0; split < text.Length;)
        {
            Rune.DecodeFromUtf8(text[split..], out _, out var width);
            split += width;
            if (split < text.Length && TryFind(text[..split], out var left) && TryFind(text[split..], out var right))
            {
                pairs.Add((left, right, id));
            }
        }
    }

    /// <summary>Equal scores get equal ranks: then the leftmost pair merges first.</summary>
    private static int[] RankByScore(ReadOnlySpan<float> scores)
    {
        var order = new int[scores.Length];
        var negated = new float[scores.Length];
        for (var id = 0; id < order.Length; id++)
        {
            order[id] = id;
            negated[id] = -scores[id];
        }

        Array.Sort(negated, order);
        var ranks = new int[scores.Length];
        var rank = 0;
        for (var i = 0; i < order.Length; i++)
        {
            rank += i > 0 && negated[i] != negated[i - 1] ? 1 : 0;
            ranks[order[i]] = rank;
        }

        return ranks;
    }
}
