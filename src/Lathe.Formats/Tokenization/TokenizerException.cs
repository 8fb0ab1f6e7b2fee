namespace Lathe.Formats.Tokenization;

/// <summary>A vocabulary that cannot work or is not supported, or a token that a vocabulary does not have; the message says which.</summary>
public sealed class TokenizerException : Exception
{
    public TokenizerException()
    {
    }

    public TokenizerException(string message)
        : base(message)
    {
    }

    public TokenizerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
