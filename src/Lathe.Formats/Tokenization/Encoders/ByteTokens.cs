using System.Globalization;
using System.Text;

namespace Lathe.Formats.Tokenization.Encoders;

/// <summary>SentencePiece's tokens for single bytes, written <c>&lt;0xHH&gt;</c>.</summary>
internal static class ByteTokens
{
    /// <summary>The byte that a token's text names, or null if it names none.</summary>
    public static byte? ValueOf(ReadOnlySpan<byte> text)
    {
        var isByte = text.Length == 6 && text.StartsWith("<0x"u8) && text[5] == '>';
        return isByte && byte.TryParse(text[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    /// <summary>The token of each byte, or -1.</summary>
    public static int[] Find(TokenIndex texts)
    {
        var tokens = new int[256];
        for (var value = 0; value < tokens.Length; value++)
        {
            tokens[value] = texts.TryFind(Encoding.ASCII.GetBytes($"<0x{value:X2}>"), out var token) ? token : -1;
        }

        return tokens;
    }
}
