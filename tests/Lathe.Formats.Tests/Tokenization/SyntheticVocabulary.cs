using Lathe.Formats.Tokenization;

namespace Lathe.Formats.Tests.Tokenization;

/// <summary>Small vocabularies made by hand.</summary>
internal static class SyntheticVocabulary
{
    /// <summary>The 256 bytes in GPT-2's notation, what the merges make of them, and tokens of other types after those.</summary>
    public static TokenizerVocabulary ByteLevel(string preTokenizer, string[] merges, params (string Text, TokenType Type)[] added)
    {
        var tokens = new List<string>();
        var stand = (char)0x100;
        for (var value = 0; value < 256; value++)
        {
            var isPrintable = value is >= 33 and <= 126 or >= 161 and <= 172 or >= 174;
            tokens.Add((isPrintable ? (char)value : stand++).ToString());
        }

        tokens.AddRange(merges.Select(merge => merge.Replace(" ", "")));
        var types = tokens.Select(_ => TokenType.Normal).Concat(added.Select(token => token.Type)).ToArray();
        return new TokenizerVocabulary
        {
            Model = "gpt2",
            PreTokenizer = preTokenizer,
            Tokens = Utf8Table.Of([.. tokens, .. added.Select(token => token.Text)]),
            Types = types,
            Merges = Utf8Table.Of(merges),
        };
    }

    /// <summary>Unknown, BOS, EOS, the 256 byte tokens, and then the given tokens with their scores.</summary>
    public static TokenizerVocabulary SentencePiece(bool? addSpacePrefix, params (string Text, float Score, TokenType Type)[] tokens)
    {
        (string Text, float Score, TokenType Type)[] all =
        [
            ("<unk>", 0, TokenType.Unknown), ("<s>", 0, TokenType.Control), ("</s>", 0, TokenType.Control),
            .. Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0f, TokenType.Byte)),
            .. tokens,
        ];
        return new TokenizerVocabulary
        {
            Model = "llama",
            Tokens = Utf8Table.Of([.. all.Select(token => token.Text)]),
            Scores = all.Select(token => token.Score).ToArray(),
            Types = all.Select(token => token.Type).ToArray(),
            AddSpacePrefix = addSpacePrefix,
        };
    }

    /// <summary>The tokens' texts as the vocabulary writes them, joined by a bar.</summary>
    public static string Texts(this Tokenizer tokenizer, params int[] tokens) =>
        string.Join('|', tokens.Select(token => System.Text.Encoding.UTF8.GetString(tokenizer.TokenText(token))));
}
