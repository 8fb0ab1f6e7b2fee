using System.Globalization;
using System.Text;

namespace Lathe.Formats.Tokenization.Encoders;

/// <summary>
/// BERT's cleaning: control characters go, white space separates words, punctuation and Chinese characters are words of their own;
/// uncased models see small letters without accents.
/// </summary>
internal sealed class BertNormalizer(bool lowercase, bool stripAccents)
{
    /// <summary>The blocks that BERT's authors list; the one at 2B920 begins there in the published tokenizers.</summary>
    private static readonly (int First, int Last)[] s_chinese =
    [
        (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF),
        (0x2F800, 0x2FA1F),
    ];

    /// <summary>Cuts a text into cleaned words.</summary>
    public List<string> Words(ReadOnlySpan<byte> utf8)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        while (!utf8.IsEmpty)
        {
            Rune.DecodeFromUtf8(utf8, out var rune, out var width);
            utf8 = utf8[width..];
            if (Rune.IsWhiteSpace(rune))
            {
                Finish(word, words);
            }
            else if (IsIsolated(rune))
            {
                Finish(word, words);
                Append(rune, word);
                Finish(word, words);
            }
            else if (!IsDropped(rune))
            {
                Append(rune, word);
            }
        }

        Finish(word, words);
        return words;
    }

    private void Append(Rune rune, StringBuilder word)
    {
        var start = word.Length;
        if (stripAccents)
        {
            AccentTable.AppendBase(rune, word);
        }
        else
        {
            word.Append(rune);
        }

        if (lowercase)
        {
            var lower = word.ToString(start, word.Length - start).ToLowerInvariant();
            word.Length = start;
            word.Append(lower);
        }
    }

    private static void Finish(StringBuilder word, List<string> words)
    {
        if (word.Length > 0)
        {
            words.Add(word.ToString());
            word.Clear();
        }
    }

    private static bool IsDropped(Rune rune) => rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate;

    private static bool IsIsolated(Rune rune)
    {
        if (rune.IsAscii)
        {
            return char.IsPunctuation((char)rune.Value) || char.IsSymbol((char)rune.Value);
        }

        return Rune.IsPunctuation(rune) || Array.Exists(s_chinese, block => rune.Value >= block.First && rune.Value <= block.Last);
    }
}
