using System.Globalization;

namespace Lathe.Formats.Templates;

/// <summary>The tokens between the begin and the end of a tag.</summary>
internal sealed partial class Lexer
{
    private static readonly string[] s_operators =
    [
        "//", "**", "==", "!=", ">=", "<=",
        "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";",
    ];

    private void ReadExpressionTokens(int tag, TokenKind endKind)
    {
        // Inside brackets "}}" and "%}" are operators: {{ {'a': {}} }} ends at the last pair of braces.
        var open = new Stack<Token>();
        while (true)
        {
            if (open.Count == 0 && TryReadTagEnd(endKind))
            {
                return;
            }

            if (_position >= _text.Length)
            {
                throw open.TryPeek(out var bracket)
                    ? source.Error(bracket.Offset, $"the '{bracket.Text}' is never closed.")
                    : source.Error(tag, "the tag that begins here is never closed.");
            }

            var character = _text[_position];
            if (PythonCharacters.IsSpace(character))
            {
                _position++;
            }
            else if (char.IsAsciiDigit(character))
            {
                ReadNumber();
            }
            else if (IsNameCharacter(character))
            {
                ReadName();
            }
            else if (character is '\'' or '"')
            {
                ReadString();
            }
            else
            {
                ReadOperator(open);
            }
        }
    }

    private bool TryReadTagEnd(TokenKind endKind)
    {
        var isBlock = endKind == TokenKind.BlockEnd;
        var rest = _text.AsSpan(_position);
        var sign = rest.Length > 0 && (rest[0] == '-' || (rest[0] == '+' && isBlock)) ? rest[0] : '\0';
        if (!rest[(sign == '\0' ? 0 : 1)..].StartsWith(isBlock ? "%}" : "}}"))
        {
            return false;
        }

        Add(endKind, isBlock ? "%}" : "}}", _position);
        _position += sign == '\0' ? 2 : 3;
        SkipAfterTag(sign, dropsLineBreak: isBlock);
        return true;
    }

    private void ReadNumber()
    {
        var start = _position;

        // After a dot digits are an index (x.0.1), so they do not take a fraction.
        var isIndex = start > 0 && _text[start - 1] == '.';
        if (_text[start] == '0' && start + 2 < _text.Length && "xXoObB".Contains(_text[start + 1]) && char.IsAsciiHexDigit(_text[start + 2]))
        {
            _position += 2;
            SkipDigits(char.IsAsciiHexDigit);
            Add(TokenKind.Integer, _text[start.._position].Replace("_", ""), start);
            return;
        }

        SkipDigits(char.IsAsciiDigit);
        var isFloat = false;
        if (!isIndex && Peek(0) == '.' && char.IsAsciiDigit(Peek(1)))
        {
            isFloat = true;
            _position++;
            SkipDigits(char.IsAsciiDigit);
        }

        var sign = Peek(1) is '+' or '-' ? 1 : 0;
        if (!isIndex && Peek(0) is 'e' or 'E' && char.IsAsciiDigit(Peek(1 + sign)))
        {
            isFloat = true;
            _position += 1 + sign;
            SkipDigits(char.IsAsciiDigit);
        }

        var digits = _text[start.._position].Replace("_", "");
        if (!isFloat && digits.Length > 1 && digits[0] == '0' && digits.AsSpan().ContainsAnyExcept('0'))
        {
            throw source.Error(start, $"the integer '{digits}' has a leading zero.");
        }

        Add(isFloat ? TokenKind.Float : TokenKind.Integer, digits, start);
    }

    private void SkipDigits(Func<char, bool> isDigit)
    {
        while (isDigit(Peek(0)) || (Peek(0) == '_' && isDigit(Peek(1))))
        {
            _position++;
        }
    }

    private char Peek(int ahead) => _position + ahead < _text.Length ? _text[_position + ahead] : '\0';

    private static bool IsNameCharacter(char character) =>
        char.IsLetterOrDigit(character) || character == '_' || char.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.LetterNumber;

    private void ReadName()
    {
        var start = _position;
        while (_position < _text.Length && IsNameCharacter(_text[_position]))
        {
            _position++;
        }

        Add(TokenKind.Name, _text[start.._position], start);
    }

    private void ReadString()
    {
        var start = _position;
        var quote = _text[start];
        for (var i = start + 1; i < _text.Length; i++)
        {
            if (_text[i] == '\\')
            {
                i++;
            }
            else if (_text[i] == quote)
            {
                _position = i + 1;
                Add(TokenKind.String, StringLiteral.Unescape(source, start + 1, i), start);
                return;
            }
        }

        throw source.Error(start, "the string that begins here is never closed.");
    }

    private void ReadOperator(Stack<Token> open)
    {
        var rest = _text.AsSpan(_position);
        foreach (var text in s_operators)
        {
            if (!rest.StartsWith(text))
            {
                continue;
            }

            var token = new Token(TokenKind.Operator, text, _position);
            if (text is "(" or "[" or "{")
            {
                open.Push(token);
            }
            else if (text is ")" or "]" or "}")
            {
                CloseBracket(open, token);
            }

            _tokens.Add(token);
            _position += text.Length;
            return;
        }

        throw source.Error(_position, $"unexpected character '{_text[_position]}'.");
    }

    private void CloseBracket(Stack<Token> open, Token close)
    {
        if (!open.TryPop(out var bracket))
        {
            throw source.Error(close.Offset, $"unexpected '{close.Text}'.");
        }

        var expected = bracket.Text switch
        {
            "(" => ")",
            "[" => "]",
            "{" => "}",
            _ => throw new InvalidOperationException($"'{bracket.Text}' is not an opening bracket."),
        };
        if (close.Text != expected)
        {
            throw source.Error(close.Offset, $"unexpected '{close.Text}', expected '{expected}'.");
        }
    }
}
