using System.Runtime.InteropServices;
using System.Text;
using Lathe.Formats.Tokenization.PreTokenizers;

namespace Lathe.Formats.Tokenization.Encoders;

/// <summary>Byte-level BPE (<c>gpt2</c>): text is cut by a pre-tokeniser, and each piece's bytes merge by a ranked list of pairs.</summary>
internal sealed class ByteLevelEncoder : MergingEncoder
{
    private readonly PreTokenizer _preTokenizer;
    private readonly TokenIndex? _wholePieces;
    private readonly int[] _byteTokens;

    private ByteLevelEncoder(string name, PreTokenizerDefinition definition, MergeTable merges, TokenIndex? wholePieces, int[] byteTokens)
        : base(merges)
    {
        PreTokenizerName = name;
        _preTokenizer = new PreTokenizer(definition);
        _wholePieces = wholePieces;
        _byteTokens = byteTokens;
    }

    public override string PreTokenizerName { get; }

    /// <exception cref="TokenizerException">A merge names a token that the vocabulary does not have, or the pre-tokeniser is not known.</exception>
    public static ByteLevelEncoder Create(TokenizerVocabulary vocabulary, PreTokenizerDefinition definition, TokenIndex texts, Func<int, TokenType> typeOf)
    {
        return new ByteLevelEncoder(
            vocabulary.PreTokenizer!,
            definition,
            ReadMerges(vocabulary, texts),
            definition.IgnoreMerges ? IndexPieces(vocabulary.Tokens, typeOf) : null,
            FindByteTokens(texts, vocabulary.SpecialTokens.Unknown));
    }

    protected override void Encode(ReadOnlySpan<byte> utf8, bool startsText, MergeWorkspace workspace, List<int> output)
    {
        _preTokenizer.Split(utf8, workspace.Ends, workspace.Scratch);
        var start = 0;
        foreach (var end in CollectionsMarshal.AsSpan(workspace.Ends))
        {
            var piece = utf8[start..end];
            if (!workspace.Words.TryAppend(piece, output))
            {
                EncodePiece(piece, workspace, output);
            }

            start = end;
        }
    }

    public override int Render(ReadOnlySpan<byte> text, Span<byte> bytes)
    {
        if (ByteLevelAlphabet.TryDecode(text, bytes, out var count))
        {
            return count;
        }

        // Not in the notation of bytes: such a token can only mean its own text.
        text.CopyTo(bytes);
        return text.Length;
    }

    private void EncodePiece(ReadOnlySpan<byte> piece, MergeWorkspace workspace, List<int> output)
    {
        if (_wholePieces is not null && _wholePieces.TryFind(piece, out var whole))
        {
            workspace.Words.Store(piece, [whole]);
            output.Add(whole);
            return;
        }

        var symbols = workspace.Merger.Symbols(piece.Length);
        for (var i = 0; i < piece.Length; i++)
        {
            symbols[i] = _byteTokens[piece[i]] is var token and >= 0
                ? token
                : throw new TokenizerException($"The vocabulary has no token for the byte 0x{piece[i]:X2} and none for what is unknown.");
        }

        var tokens = workspace.Merger.Merge(piece.Length);
        workspace.Words.Store(piece, tokens);
        output.AddRange(tokens);
    }

    private static MergeTable ReadMerges(TokenizerVocabulary vocabulary, TokenIndex texts)
    {
        var merges = new MergeTable(vocabulary.Merges.Count);
        var joined = new byte[texts.LongestText];
        for (var rank = 0; rank < vocabulary.Merges.Count; rank++)
        {
            var merge = vocabulary.Merges[rank];

            // The left side is never empty, so a space at the front is part of it.
            var space = merge.Length < 2 ? -1 : merge[1..].IndexOf((byte)' ') + 1;
            if (space < 1 || space == merge.Length - 1)
            {
                throw new TokenizerException($"Merge {rank} is '{Encoding.UTF8.GetString(merge)}'; expected two tokens with a space between.");
            }

            var left = merge[..space];
            var right = merge[(space + 1)..];
            var found = texts.TryFind(left, out var leftId) & texts.TryFind(right, out var rightId);
            if (!found || left.Length + right.Length > joined.Length)
            {
                throw UnknownMerge(rank, merge);
            }

            left.CopyTo(joined);
            right.CopyTo(joined.AsSpan(left.Length));
            if (!texts.TryFind(joined.AsSpan(0, left.Length + right.Length), out var merged))
            {
                throw UnknownMerge(rank, merge);
            }

            merges.Add(leftId, rightId, rank, merged);
        }

        return merges;
    }

    private static TokenizerException UnknownMerge(int rank, ReadOnlySpan<byte> merge) =>
        new($"Merge {rank} is '{Encoding.UTF8.GetString(merge)}', but the vocabulary lacks one of its sides or what they make together.");

    /// <summary>The tokens that text can become, by the bytes they mean.</summary>
    private static TokenIndex IndexPieces(Utf8Table tokens, Func<int, TokenType> typeOf)
    {
        var decodable = new bool[tokens.Count];
        var bytes = new byte[tokens.LongestLength];
        var pieces = Utf8Table.Create(tokens.Count, id =>
        {
            decodable[id] = ByteLevelAlphabet.TryDecode(tokens[id], bytes, out var count);
            return bytes.AsSpan(0, count);
        });
        return new TokenIndex(pieces, id => decodable[id] && typeOf(id) == TokenType.Normal);
    }

    private static int[] FindByteTokens(TokenIndex texts, int? unknown)
    {
        var tokens = new int[256];
        for (var value = 0; value < tokens.Length; value++)
        {
            var notation = Encoding.UTF8.GetBytes([ByteLevelAlphabet.CharacterOf((byte)value)]);
            tokens[value] = texts.TryFind(notation, out var id) ? id : unknown ?? -1;
        }

        return tokens;
    }
}
