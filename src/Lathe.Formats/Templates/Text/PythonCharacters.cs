using System.Globalization;
using System.Text;

namespace Lathe.Formats.Templates;

/// <summary>Character classes where Python and .NET differ.</summary>
internal static class PythonCharacters
{
    /// <summary>Python's white space: .NET's and the four separators U+001C to U+001F.</summary>
    public static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';

    /// <summary>Whether <c>repr</c> shows the code point as it is.</summary>
    public static bool IsPrintable(int codePoint)
    {
        if (codePoint == ' ')
        {
            return true;
        }

        return CharUnicodeInfo.GetUnicodeCategory(codePoint) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
    }

    /// <summary>Upper case, with the letters that grow when they are raised.</summary>
    public static string ToUpper(string text)
    {
        var upper = text.ToUpperInvariant();
        return upper.AsSpan().ContainsAny("ßŉﬁﬂ")
            ? new StringBuilder(upper).Replace("ß", "SS").Replace("ŉ", "ʼN").Replace("ﬁ", "FI").Replace("ﬂ", "FL").ToString()
            : upper;
    }

    /// <summary>Lower case, with the dotted capital I that grows and the sigma that ends a word.</summary>
    public static string ToLower(string text)
    {
        var lower = text.ToLowerInvariant();
        if (lower.Contains('σ', StringComparison.Ordinal))
        {
            var letters = lower.ToCharArray();
            for (var i = 0; i < letters.Length; i++)
            {
                letters[i] = text[i] == 'Σ' && EndsWord(text, i) ? 'ς' : letters[i];
            }

            lower = new string(letters);
        }

        return lower.Replace("İ", "i\u0307", StringComparison.Ordinal);
    }

    /// <summary>The text with what is not ASCII as escapes, as Python's <c>ascii()</c> writes it.</summary>
    public static string EscapeBeyondAscii(string text) => string.Concat(text.EnumerateRunes().Select(rune => rune.Value switch
    {
        < 0x80 => rune.ToString(),
        < 0x100 => $"\\x{rune.Value:x2}",
        < 0x10000 => $"\\u{rune.Value:x4}",
        _ => $"\\U{rune.Value:x8}",
    }));

    /// <summary>Python's <c>str.capitalize</c>.</summary>
    public static string Capitalize(string text)
    {
        var first = CodePoints.Slice(text, 0, 1);
        return ToTitle(first) + ToLower(text)[ToLower(first).Length..];
    }

    /// <summary>The title case of one character, which differs from upper case where upper case grows.</summary>
    public static string ToTitle(string character)
    {
        // Four pairs of letters have a form of their own for titles, between the small and the capital one.
        switch (character)
        {
            case "Ǆ" or "ǅ" or "ǆ":
                return "ǅ";
            case "Ǉ" or "ǈ" or "ǉ":
                return "ǈ";
            case "Ǌ" or "ǋ" or "ǌ":
                return "ǋ";
            case "Ǳ" or "ǲ" or "ǳ":
                return "ǲ";
        }

        var upper = ToUpper(character);
        return upper.Length > character.Length ? upper[..1] + upper[1..].ToLowerInvariant() : upper;
    }

    /// <summary>A letter before, perhaps with marks between, and none behind.</summary>
    private static bool EndsWord(string text, int index)
    {
        var before = index - 1;
        while (before >= 0 && IsIgnoredBesideSigma(text[before]))
        {
            before--;
        }

        var after = index + 1;
        while (after < text.Length && IsIgnoredBesideSigma(text[after]))
        {
            after++;
        }

        return before >= 0 && char.IsLetter(text[before]) && (after == text.Length || !char.IsLetter(text[after]));
    }

    private static bool IsIgnoredBesideSigma(char character) => character is '\'' or '.' or ':' or '^' or '`' or '·' or '’'
        || char.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format;
}
