namespace Lathe.Formats.Tokenization.Encoders;

/// <summary>One way to make tokens of plain text, without regard to special tokens. Safe for use by many threads.</summary>
internal abstract class TextEncoder
{
    /// <summary>The name of the rules that cut the text, for display.</summary>
    public abstract string PreTokenizerName { get; }

    /// <summary>Appends the tokens of a text.</summary>
    /// <param name="utf8">The text; not empty; invalid bytes are allowed.</param>
    /// <param name="startsText">True if the text or a special token begins right before.</param>
    /// <param name="output">Where tokens are appended.</param>
    public abstract void Encode(ReadOnlySpan<byte> utf8, bool startsText, List<int> output);

    /// <summary>The bytes that a normal token adds to text.</summary>
    /// <param name="text">The token in the file's notation.</param>
    /// <param name="bytes">Room for as many bytes as the notation has.</param>
    /// <returns>The number of bytes written.</returns>
    public abstract int Render(ReadOnlySpan<byte> text, Span<byte> bytes);
}
