using System.Text;

namespace Lathe.Formats.Tokenization.Encoders;

/// <summary>
/// GPT-2's notation for bytes: printable Latin-1 characters stand for themselves, and the other 68 bytes, in order, are written as
/// U+0100 and up, so that a vocabulary file holds no spaces and no control characters.
/// </summary>
internal static class ByteLevelAlphabet
{
    private static readonly char[] s_characters = BuildCharacters();
    private static readonly short[] s_bytes = BuildBytes();

    /// <summary>The character that stands for a byte.</summary>
    public static char CharacterOf(byte value) => s_characters[value];

    /// <summary>Turns a token's notation into the bytes it means; false if a character stands for no byte.</summary>
    /// <param name="notation">The token as the file writes it, in UTF-8.</param>
    /// <param name="bytes">Receives the bytes; never more than the notation has.</param>
    /// <param name="count">The number of bytes.</param>
    public static bool TryDecode(ReadOnlySpan<byte> notation, Span<byte> bytes, out int count)
    {
        count = 0;
        while (!notation.IsEmpty)
        {
            Rune.DecodeFromUtf8(notation, out var rune, out var width);
            if (rune.Value >= s_bytes.Length || s_bytes[rune.Value] < 0)
            {
                return false;
            }

            bytes[count++] = (byte)s_bytes[rune.Value];
            notation = notation[width..];
        }

        return true;
    }

    private static char[] BuildCharacters()
    {
        var characters = new char[256];
        var stand = (char)0x100;
        for (var value = 0; value < characters.Length; value++)
        {
            characters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)value : stand++;
        }

        return characters;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[s_characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < s_characters.Length; value++)
        {
            bytes[s_characters[value]] = (short)value;
        }

        return bytes;
    }
}
