using System.Globalization;
using System.Text;

namespace Lathe.Formats.Templates;

/// <summary>The escapes of string literals, which are Python's.</summary>
internal static class StringLiteral
{
    public static string Unescape(TemplateSource source, int start, int end)
    {
        var raw = source.Text.AsSpan(start, end - start);
        if (!raw.Contains('\\'))
        {
            return raw.ToString();
        }

        var result = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                result.Append(raw[i]);
                continue;
            }

            var escape = raw[++i];
            switch (escape)
            {
                case '\n':
                    break;
                case '\\' or '\'' or '"':
                    result.Append(escape);
                    break;
                case 'a':
                    result.Append('\a');
                    break;
                case 'b':
                    result.Append('\b');
                    break;
                case 'f':
                    result.Append('\f');
                    break;
                case 'n':
                    result.Append('\n');
                    break;
                case 'r':
                    result.Append('\r');
                    break;
                case 't':
                    result.Append('\t');
                    break;
                case 'v':
                    result.Append('\v');
                    break;
                case 'x' or 'u' or 'U':
                    i += AppendHexadecimal(source, start + i, raw[(i + 1)..], escape, result);
                    break;
                case >= '0' and <= '7':
                    i += AppendOctal(raw[i..], result) - 1;
                    break;
                case 'N':
                    throw source.Error(start + i, "character names (\\N{...}) are not supported in strings; use \\u with the code point.");
                default:
                    // Python keeps the backslash of an escape that it does not know.
                    result.Append('\\').Append(escape);
                    break;
            }
        }

        return result.ToString();
    }

    private static int AppendHexadecimal(TemplateSource source, int offset, ReadOnlySpan<char> digits, char escape, StringBuilder result)
    {
        var length = escape switch
        {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => throw new InvalidOperationException($"'\\{escape}' is not a hexadecimal escape."),
        };
        if (digits.Length < length || !uint.TryParse(digits[..length], NumberStyles.AllowHexSpecifier, null, out var code) || code > 0x10FFFF)
        {
            throw source.Error(offset, $"'\\{escape}' needs {length} hexadecimal digits of a code point.");
        }

        CodePoints.Append(result, (int)code);
        return length;
    }

    private static int AppendOctal(ReadOnlySpan<char> digits, StringBuilder result)
    {
        var code = 0;
        var length = 0;
        while (length < 3 && length < digits.Length && digits[length] is >= '0' and <= '7')
        {
            code = (code * 8) + (digits[length++] - '0');
        }

        result.Append((char)code);
        return length;
    }
}
