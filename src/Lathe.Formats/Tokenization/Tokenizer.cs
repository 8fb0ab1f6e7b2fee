using System.Buffers;
using System.Text;
using Lathe.Formats.Gguf;
using Lathe.Formats.Tokenization.Encoders;

namespace Lathe.Formats.Tokenization;

/// <summary>Makes tokens of text and text of tokens, as one model's vocabulary says. Immutable; safe for use by many threads.</summary>
public sealed class Tokenizer
{
    private static readonly SearchValues<byte> s_whiteSpace = SearchValues.Create(" \t\n\v\f\r"u8);

    private readonly Utf8Table _texts;
    private readonly Utf8Table _rendered;
    private readonly TokenRoles _roles;
    private readonly TextEncoder _encoder;
    private readonly SpecialTokenTrie _userDefined;
    private readonly SpecialTokenTrie _special;
    private readonly bool _addsSpacePrefix;
    private readonly int? _lastToken;

    internal Tokenizer(TokenizerVocabulary vocabulary, TokenRoles roles, TextEncoder encoder, TokenizerDefaults defaults)
    {
        _texts = vocabulary.Tokens;
        _roles = roles;
        _encoder = encoder;
        _addsSpacePrefix = defaults.SpacePrefix;
        ModelName = vocabulary.Model;

        // A control token's text is a token only on request; user-defined text always is.
        _userDefined = new SpecialTokenTrie(_texts, id => TypeOf(id) is TokenType.UserDefined);
        _special = new SpecialTokenTrie(_texts, id => TypeOf(id) is TokenType.UserDefined or TokenType.Control or TokenType.Unknown);
        var bytes = new byte[Math.Max(1, _texts.LongestLength)];
        _rendered = Utf8Table.Create(_texts.Count, id => Render(id, bytes));

        _lastToken = defaults.EndsWithSeparator ? SeparatorId : EosId;
        AddBos = (vocabulary.AddBos ?? defaults.AddBos) && BosId is not null;
        AddEos = (vocabulary.AddEos ?? defaults.AddEos) && _lastToken is not null;
    }

    /// <summary>The number of tokens; ids run from 0 to one less.</summary>
    public int VocabularySize => _texts.Count;

    /// <summary>The kind of tokenizer as the file names it: <c>gpt2</c>, <c>llama</c> or <c>bert</c>.</summary>
    public string ModelName { get; }

    /// <summary>The name of the rules that cut text before merging, or <c>none</c>.</summary>
    public string PreTokenizerName => _encoder.PreTokenizerName;

    public int? BosId => _roles.Ids.Bos;

    public int? EosId => _roles.Ids.Eos;

    /// <summary>The token that ends a turn of a conversation.</summary>
    public int? EotId => _roles.Ids.Eot;

    /// <summary>The token that ends a message which a tool's answer follows.</summary>
    public int? EomId => _roles.Ids.Eom;

    public int? UnknownId => _roles.Ids.Unknown;

    public int? SeparatorId => _roles.Ids.Separator;

    public int? PaddingId => _roles.Ids.Padding;

    public int? MaskId => _roles.Ids.Mask;

    /// <summary>Whether <see cref="TokenizeOptions.AddSpecial"/> puts BOS in front.</summary>
    public bool AddBos { get; }

    /// <summary>Whether <see cref="TokenizeOptions.AddSpecial"/> puts EOS (in WordPiece models the separator) behind.</summary>
    public bool AddEos { get; }

    /// <summary>The tokens after which generation stops.</summary>
    public IReadOnlySet<int> EndOfGenerationIds => _roles.EndOfGeneration;

    /// <summary>Makes the tokenizer that a model file describes.</summary>
    /// <exception cref="TokenizerException">The file has no vocabulary, or one that cannot work or is not supported.</exception>
    /// <exception cref="GgufException">A value has another type than expected.</exception>
    public static Tokenizer FromGguf(GgufMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return Create(GgufVocabulary.Read(metadata));
    }

    /// <summary>Makes the tokenizer that a vocabulary describes.</summary>
    /// <exception cref="TokenizerException">The vocabulary cannot work or is not supported.</exception>
    public static Tokenizer Create(TokenizerVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        return TokenizerFactory.Create(vocabulary);
    }

    /// <summary>Makes tokens of a string; an unpaired surrogate becomes U+FFFD.</summary>
    public int[] Encode(string text, bool addSpecial = false, bool parseSpecial = false) =>
        Encode(text, new TokenizeOptions(addSpecial, parseSpecial), plainAt: []);

    /// <summary>Makes tokens of a text in which the text of control tokens is read as those tokens, except at some places: what comes from outside
    /// must not be able to forge them. Apart from that, the tokens are those of <see cref="Encode(string, bool, bool)"/>.</summary>
    /// <param name="text">The text; an unpaired surrogate becomes U+FFFD.</param>
    /// <param name="plainAt">Offsets in <paramref name="text"/>, ascending, at which no control token begins.</param>
    public int[] Encode(string text, ReadOnlySpan<int> plainAt) => Encode(text, new TokenizeOptions(ParseSpecial: true), plainAt);

    private int[] Encode(string text, TokenizeOptions options, ReadOnlySpan<int> plainAt)
    {
        ArgumentNullException.ThrowIfNull(text);
        var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, utf8);
        var output = new List<int>(length / 3 + 2);
        try
        {
            Encode(utf8.AsSpan(0, length), output, options, ByteOffsets(text, plainAt));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }

        return [.. output];
    }

    /// <summary>Appends the tokens of a text to a list.</summary>
    /// <param name="utf8">The text; bytes that are not UTF-8 are kept as bytes where the vocabulary can express them.</param>
    /// <param name="output">Where tokens are appended.</param>
    /// <param name="options">What is added and how special tokens' text is read.</param>
    /// <exception cref="TokenizerException">The vocabulary has no token for a part of the text, and none for what is unknown.</exception>
    public void Encode(ReadOnlySpan<byte> utf8, List<int> output, TokenizeOptions options = default) => Encode(utf8, output, options, plainAt: []);

    private void Encode(ReadOnlySpan<byte> utf8, List<int> output, TokenizeOptions options, ReadOnlySpan<int> plainAt)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (options.AddSpecial && AddBos)
        {
            output.Add(BosId!.Value);
        }

        var startsText = true;
        for (var position = 0; position < utf8.Length;)
        {
            var found = TryFindSpecial(utf8, position, options.ParseSpecial, plainAt, out var start, out var end, out var token);
            var plain = found ? utf8[position..start] : utf8[position..];
            if (!plain.IsEmpty)
            {
                _encoder.Encode(plain, startsText, output);
                startsText = false;
            }

            position = found ? end : utf8.Length;
            if (found)
            {
                output.Add(token);
                startsText = true;
                if (_roles.TakesSpace(token))
                {
                    var rest = utf8[position..].IndexOfAnyExcept(s_whiteSpace);
                    position = rest < 0 ? utf8.Length : position + rest;
                }
            }
        }

        if (options.AddSpecial && AddEos)
        {
            output.Add(_lastToken!.Value);
        }
    }

    /// <summary>The text of some tokens, as a whole text: a space that SentencePiece put in front is taken away again.</summary>
    /// <param name="tokens">Token ids.</param>
    /// <param name="renderSpecial">Whether control tokens appear with their text; otherwise they add nothing.</param>
    /// <exception cref="TokenizerException">The vocabulary has no such token.</exception>
    public string Decode(ReadOnlySpan<int> tokens, bool renderSpecial = false)
    {
        var bytes = new ArrayBufferWriter<byte>(Math.Max(16, tokens.Length * 4));
        var prefixLength = 0;
        foreach (var token in tokens)
        {
            var added = TokenBytes(token, renderSpecial);
            prefixLength += bytes.WrittenCount == 0 && _addsSpacePrefix && !IsControl(token) && added.StartsWith(" "u8) ? 1 : 0;
            bytes.Write(added);
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan[prefixLength..]);
    }

    /// <summary>The bytes that a token adds to the text; they may be a part of a character.</summary>
    /// <param name="token">The token's id.</param>
    /// <param name="renderSpecial">Whether a control token shows its text; otherwise it adds nothing.</param>
    /// <exception cref="TokenizerException">The vocabulary has no such token.</exception>
    public ReadOnlySpan<byte> TokenBytes(int token, bool renderSpecial = false)
    {
        Check(token);
        return renderSpecial && _roles.TypeOf(token) is TokenType.Control or TokenType.Unknown ? _texts[token] : _rendered[token];
    }

    /// <summary>The token as the file writes it, in UTF-8: a byte-level token in GPT-2's notation, a control token by its name.</summary>
    /// <exception cref="TokenizerException">The vocabulary has no such token.</exception>
    public ReadOnlySpan<byte> TokenText(int token)
    {
        Check(token);
        return _texts[token];
    }

    /// <summary>What the token is.</summary>
    /// <exception cref="TokenizerException">The vocabulary has no such token.</exception>
    public TokenType TypeOf(int token)
    {
        Check(token);
        return _roles.TypeOf(token);
    }

    /// <summary>True if the token steers the model and is no text.</summary>
    /// <exception cref="TokenizerException">The vocabulary has no such token.</exception>
    public bool IsControl(int token) => TypeOf(token) is TokenType.Control or TokenType.Unknown;

    /// <summary>True if generation stops after the token.</summary>
    public bool IsEndOfGeneration(int token) => _roles.EndOfGeneration.Contains(token);

    /// <summary>The next token that is taken from the text as it stands; at <paramref name="plainAt"/> only user-defined ones are.</summary>
    private bool TryFindSpecial(
        ReadOnlySpan<byte> utf8, int from, bool parseSpecial, ReadOnlySpan<int> plainAt, out int start, out int end, out int token)
    {
        if (!parseSpecial)
        {
            return _userDefined.TryFind(utf8, from, out start, out end, out token);
        }

        while (_special.TryFind(utf8, from, out start, out end, out token))
        {
            if (plainAt.BinarySearch(start) < 0 || _userDefined.TryMatch(utf8, start, out end, out token))
            {
                return true;
            }

            from = start + 1;
        }

        return false;
    }

    private static int[] ByteOffsets(string text, ReadOnlySpan<int> offsets)
    {
        var bytes = new int[offsets.Length];
        for (int i = 0, position = 0, count = 0; i < offsets.Length; i++)
        {
            count += Encoding.UTF8.GetByteCount(text.AsSpan(position, offsets[i] - position));
            (bytes[i], position) = (count, offsets[i]);
        }

        return bytes;
    }

    private ReadOnlySpan<byte> Render(int token, byte[] bytes)
    {
        var text = _texts[token];
        switch (_roles.TypeOf(token))
        {
            case TokenType.Normal:
                return bytes.AsSpan(0, _encoder.Render(text, bytes));
            case TokenType.UserDefined:
                return text;
            case TokenType.Control or TokenType.Unknown:
                return _roles.IsRendered(token) ? text : [];
            case TokenType.Byte:
                bytes[0] = ByteTokens.ValueOf(text) ?? throw new TokenizerException(
                    $"Token {token} has the type Byte and the text '{Encoding.UTF8.GetString(text)}'; expected the form <0xHH>.");
                return bytes.AsSpan(0, 1);
            case TokenType.Undefined or TokenType.Unused:
                return [];
            default:
                throw new TokenizerException($"Token {token} has the type {(int)_roles.TypeOf(token)}, which does not exist.");
        }
    }

    private void Check(int token)
    {
        if ((uint)token >= (uint)_texts.Count)
        {
            throw new TokenizerException($"The token id {token} is out of range; the vocabulary has the ids 0 to {_texts.Count - 1}.");
        }
    }
}
