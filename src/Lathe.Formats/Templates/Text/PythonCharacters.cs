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

    /// <summary>Python's <c>str.capitalize</c>.</summary>
    public static string Capitalize(string text)
    {
        var first = CodePoints.Slice(text, 0, 1);
        return ToTitle(first) + text[first.Length..].ToLowerInvariant();
    }

    /// <summary>The title case of one character, which differs from upper case where upper case grows.</summary>
    public static string ToTitle(string character)
    {
        var upper = ToUpper(character);
        return upper.Length > character.Length ? upper[..1] + upper[1..].ToLowerInvariant() : upper;
    }
}
