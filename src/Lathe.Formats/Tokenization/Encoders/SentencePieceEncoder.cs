using System.Buffers;
using System.Text;

namespace Lathe.Formats.Tokenization.Encoders;

/// <summary>
/// SentencePiece BPE (<c>llama</c>): spaces become U+2581, and neighbouring characters merge wherever that gives a token, the token with
/// the highest score first; characters that are no token fall back to their bytes.
/// </summary>
internal sealed class SentencePieceEncoder : MergingEncoder
{
    private readonly SentencePieceSymbols _symbols;
    private readonly bool _addSpacePrefix;
    private readonly int[] _byteTokens;
    private readonly int? _unknown;

    private SentencePieceEncoder(SentencePieceSymbols symbols, bool addSpacePrefix, int[] byteTokens, int? unknown)
        : base(symbols.Merges)
    {
        _symbols = symbols;
        _addSpacePrefix = addSpacePrefix;
        _byteTokens = byteTokens;
        _unknown = unknown;
    }

    public override string PreTokenizerName => "none";

    /// <summary>What stands for a space (U+2581).</summary>
    internal static ReadOnlySpan<byte> Space => "▁"u8;

    public static SentencePieceEncoder Create(TokenizerVocabulary vocabulary, TokenIndex texts, TokenRoles roles, bool addSpacePrefix) =>
        new(new SentencePieceSymbols(vocabulary, roles.TypeOf), addSpacePrefix, ByteTokens.Find(texts), roles.Ids.Unknown);

    public override int Render(ReadOnlySpan<byte> text, Span<byte> bytes) => RenderSpaces(text, bytes);

    /// <summary>Copies text with U+2581 turned into spaces; returns the number of bytes written.</summary>
    internal static int RenderSpaces(ReadOnlySpan<byte> text, Span<byte> bytes)
    {
        var written = 0;
        while (!text.IsEmpty)
        {
            var isSpace = text.StartsWith(Space);
            bytes[written++] = isSpace ? (byte)' ' : text[0];
            text = text[(isSpace ? Space.Length : 1)..];
        }

        return written;
    }

    protected override void Encode(ReadOnlySpan<byte> utf8, bool startsText, MergeWorkspace workspace, List<int> output)
    {
        var spaces = utf8.Count((byte)' ') + 1;
        var rented = ArrayPool<byte>.Shared.Rent(checked(utf8.Length + spaces * Space.Length));
        try
        {
            var text = rented.AsSpan(0, Escape(utf8, startsText && _addSpacePrefix, rented));
            while (!text.IsEmpty)
            {
                var length = _symbols.WordsAreIndependent ? WordLength(text) : text.Length;
                EncodePiece(text[..length], workspace, output);
                text = text[length..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static int Escape(ReadOnlySpan<byte> utf8, bool addSpace, Span<byte> escaped)
    {
        var written = 0;
        if (addSpace)
        {
            Space.CopyTo(escaped);
            written = Space.Length;
        }

        foreach (var value in utf8)
        {
            if (value == ' ')
            {
                Space.CopyTo(escaped[written..]);
                written += Space.Length;
            }
            else
            {
                escaped[written++] = value;
            }
        }

        return written;
    }

    /// <summary>The length of the spaces at the front and what follows them, up to the next space.</summary>
    private static int WordLength(ReadOnlySpan<byte> text)
    {
        var spaces = 0;
        while (text[spaces..].StartsWith(Space))
        {
            spaces += Space.Length;
        }

        var next = text[spaces..].IndexOf(Space);
        return next < 0 ? text.Length : spaces + next;
    }

    private void EncodePiece(ReadOnlySpan<byte> piece, MergeWorkspace workspace, List<int> output)
    {
        if (workspace.Words.TryAppend(piece, output))
        {
            return;
        }

        var symbols = workspace.Merger.Symbols(piece.Length);
        var count = 0;
        for (var position = 0; position < piece.Length; count++)
        {
            Rune.DecodeFromUtf8(piece[position..], out _, out var width);

            // A character that takes part in no token keeps its place as a negative symbol, which never merges.
            symbols[count] = _symbols.TryFind(piece.Slice(position, width), out var symbol) ? symbol : ~position;
            position += width;
        }

        var first = output.Count;
        foreach (var symbol in workspace.Merger.Merge(count))
        {
            if (symbol < 0)
            {
                Rune.DecodeFromUtf8(piece[~symbol..], out _, out var width);
                AppendBytes(piece.Slice(~symbol, width), output);
            }
            else if (_symbols.TryGetCharacter(symbol, out var character))
            {
                AppendBytes(character, output);
            }
            else
            {
                output.Add(symbol);
            }
        }

        workspace.Words.Store(piece, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(output)[first..]);
    }

    private void AppendBytes(ReadOnlySpan<byte> character, List<int> output)
    {
        foreach (var value in character)
        {
            if (_byteTokens[value] < 0)
            {
                // One unknown token stands for the whole character.
                output.Add(_unknown ?? throw new TokenizerException($"The vocabulary has no token for the byte 0x{value:X2} and none for what is unknown."));
                return;
            }
        }

        foreach (var value in character)
        {
            output.Add(_byteTokens[value]);
        }
    }
}
