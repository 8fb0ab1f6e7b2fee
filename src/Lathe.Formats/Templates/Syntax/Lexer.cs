namespace Lathe.Formats.Templates;

/// <summary>
/// Cuts a template into tokens, with the whitespace control that chat templates are written for: a line break after a
/// block is dropped (trim_blocks) and so is white space before a block at the start of its line (lstrip_blocks).
/// </summary>
internal sealed partial class Lexer(TemplateSource source)
{
    private readonly string _text = source.Text;
    private readonly List<Token> _tokens = [];
    private int _position;
    private bool _atLineStart = true;

    public List<Token> Tokenize()
    {
        while (true)
        {
            var tag = FindTag();
            if (tag < 0)
            {
                AddData(_position, _text.Length);
                _position = _text.Length;
                Add(TokenKind.EndOfTemplate, "", _position);
                return _tokens;
            }

            ReadTag(tag);
        }
    }

    private int FindTag()
    {
        for (var i = _position; ; i++)
        {
            var brace = _text.AsSpan(i).IndexOf('{');
            if (brace < 0 || i + brace + 1 >= _text.Length)
            {
                return -1;
            }

            i += brace;
            if (_text[i + 1] is '%' or '{' or '#')
            {
                return i;
            }
        }
    }

    private void ReadTag(int tag)
    {
        var kind = _text[tag + 1];
        var sign = tag + 2 < _text.Length && _text[tag + 2] is '-' or '+' ? _text[tag + 2] : '\0';
        AddData(_position, DataEnd(tag, sign, stripsLine: kind != '{'));
        _position = tag + (sign == '\0' ? 2 : 3);
        switch (kind)
        {
            case '#':
                SkipComment(tag);
                break;
            case '{':
                Add(TokenKind.VariableBegin, "{{", tag);
                ReadExpressionTokens(tag, TokenKind.VariableEnd);
                break;
            case '%' when TryReadRaw(tag):
                break;
            case '%':
                Add(TokenKind.BlockBegin, "{%", tag);
                ReadExpressionTokens(tag, TokenKind.BlockEnd);
                break;
            default:
                throw new InvalidOperationException($"'{{{kind}' does not begin a tag.");
        }

        _atLineStart = _text[_position - 1] == '\n';
    }

    /// <summary>Where the text before a tag ends, once the tag's whitespace control is applied.</summary>
    private int DataEnd(int tag, char sign, bool stripsLine)
    {
        var end = tag;
        while (end > _position && PythonCharacters.IsSpace(_text[end - 1]) && (sign == '-' || _text[end - 1] != '\n'))
        {
            end--;
        }

        if (sign == '-')
        {
            return end;
        }

        var reachesLineStart = end > _position ? _text[end - 1] == '\n' : _atLineStart;
        return stripsLine && sign != '+' && reachesLineStart ? end : tag;
    }

    private void SkipComment(int tag)
    {
        var end = _text.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
        {
            throw source.Error(tag, "the comment that begins here has no '#}'.");
        }

        var dash = end > _position && _text[end - 1] == '-';
        var plus = end > _position && _text[end - 1] == '+';
        _position = end + 2;
        SkipAfterTag(dash ? '-' : plus ? '+' : '\0', dropsLineBreak: true);
    }

    private bool TryReadRaw(int tag)
    {
        if (!TryReadWordTag(_position, "raw", out var end, out var sign) || sign == '+')
        {
            return false;
        }

        _position = end;
        SkipAfterTag(sign, dropsLineBreak: false);
        for (var close = _position; ; close += 2)
        {
            close = _text.IndexOf("{%", close, StringComparison.Ordinal);
            if (close < 0)
            {
                throw source.Error(tag, "the raw block that begins here has no 'endraw'.");
            }

            var closeSign = close + 2 < _text.Length && _text[close + 2] is '-' or '+' ? _text[close + 2] : '\0';
            if (TryReadWordTag(close + (closeSign == '\0' ? 2 : 3), "endraw", out end, out sign))
            {
                _atLineStart = _text[_position - 1] == '\n';
                AddData(_position, DataEnd(close, closeSign, stripsLine: true));
                _position = end;
                SkipAfterTag(sign, dropsLineBreak: true);
                return true;
            }
        }
    }

    /// <summary>Reads <c>word %}</c> with an optional sign before the end of the block.</summary>
    private bool TryReadWordTag(int position, string word, out int end, out char sign)
    {
        end = position;
        sign = '\0';
        var i = SkipSpace(position);
        if (!_text.AsSpan(i).StartsWith(word))
        {
            return false;
        }

        i = SkipSpace(i + word.Length);
        if (i < _text.Length && _text[i] is '-' or '+')
        {
            sign = _text[i++];
        }

        end = i + 2;
        return _text.AsSpan(i).StartsWith("%}");
    }

    private void SkipAfterTag(char sign, bool dropsLineBreak)
    {
        if (sign == '-')
        {
            _position = SkipSpace(_position);
        }
        else if (sign == '\0' && dropsLineBreak && _position < _text.Length && _text[_position] == '\n')
        {
            _position++;
        }
    }

    private int SkipSpace(int position)
    {
        while (position < _text.Length && PythonCharacters.IsSpace(_text[position]))
        {
            position++;
        }

        return position;
    }

    private void AddData(int start, int end)
    {
        if (end > start)
        {
            Add(TokenKind.Data, _text[start..end], start);
        }
    }

    private void Add(TokenKind kind, string text, int offset) => _tokens.Add(new Token(kind, text, offset));
}
