using System.Text.Unicode;

namespace Lathe.Formats.Tokenization;

/// <summary>
/// Turns tokens into text one by one. A character whose bytes are spread over several tokens appears when its last byte has come.
/// Bytes that are not UTF-8 become U+FFFD, as in <see cref="System.Text.Encoding.UTF8"/>. For one thread at a time.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _renderSpecial;
    private byte[] _bytes = new byte[64];
    private char[] _characters = new char[64];
    private int _pending;

    /// <param name="tokenizer">The vocabulary.</param>
    /// <param name="renderSpecial">Whether control tokens appear with their text; otherwise they add nothing.</param>
    public StreamingDecoder(Tokenizer tokenizer, bool renderSpecial = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _renderSpecial = renderSpecial;
    }

    /// <summary>The text that is complete with this token; empty while a character is incomplete.</summary>
    /// <exception cref="TokenizerException">The vocabulary has no such token.</exception>
    public string Append(int token)
    {
        var added = _tokenizer.TokenBytes(token, _renderSpecial);
        if (_pending + added.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _pending + added.Length));
        }

        added.CopyTo(_bytes.AsSpan(_pending));
        _pending += added.Length;
        return Take(isFinal: false);
    }

    /// <summary>Ends the text: what is left of an incomplete character becomes U+FFFD. The decoder is then as new.</summary>
    public string Flush() => Take(isFinal: true);

    /// <summary>Forgets an incomplete character.</summary>
    public void Reset() => _pending = 0;

    private string Take(bool isFinal)
    {
        // UTF-16 never takes more units than UTF-8 takes bytes, replacements included.
        if (_characters.Length < _pending)
        {
            _characters = new char[_bytes.Length];
        }

        var bytes = _bytes.AsSpan(0, _pending);
        Utf8.ToUtf16(bytes, _characters, out var read, out var written, replaceInvalidSequences: true, isFinalBlock: isFinal);
        bytes[read..].CopyTo(_bytes);
        _pending -= read;
        return written == 0 ? "" : new string(_characters, 0, written);
    }
}
