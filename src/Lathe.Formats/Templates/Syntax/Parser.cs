using System.Runtime.CompilerServices;

namespace Lathe.Formats.Templates;

/// <summary>Recursive descent over the tokens; this part moves through them and bounds the nesting.</summary>
internal sealed partial class Parser
{
    private readonly TemplateSource _source;
    private readonly TemplateLimits _limits;
    private readonly List<Token> _tokens;
    private int _position;
    private int _nesting;

    private Parser(TemplateSource source, TemplateLimits limits)
    {
        _source = source;
        _limits = limits;
        _tokens = new Lexer(source).Tokenize();
    }

    private Token Current => _tokens[_position];

    private Token Following => _tokens[Math.Min(_position + 1, _tokens.Count - 1)];

    public static Statement[] Parse(TemplateSource source, TemplateLimits limits) => new Parser(source, limits).ParseBlock();

    private Token Next()
    {
        var token = Current;
        if (token.Kind != TokenKind.EndOfTemplate)
        {
            _position++;
        }

        return token;
    }

    private bool SkipOperator(string text)
    {
        if (!Current.IsOperator(text))
        {
            return false;
        }

        Next();
        return true;
    }

    private bool SkipName(string text)
    {
        if (!Current.IsName(text))
        {
            return false;
        }

        Next();
        return true;
    }

    private void ExpectOperator(string text)
    {
        if (!SkipOperator(text))
        {
            throw Unexpected($"'{text}'");
        }
    }

    private Token Expect(TokenKind kind, string description) => Current.Kind == kind ? Next() : throw Unexpected(description);

    private TemplateException Unexpected(string expected) => Error(Current.Offset, $"expected {expected}, found {Current.Description}.");

    private TemplateException Error(int offset, string reason) => _source.Error(offset, reason);

    private void Enter()
    {
        if (++_nesting > _limits.MaxNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Error(Current.Offset, $"the template is nested more than {_limits.MaxNesting} levels deep.");
        }
    }

    private void Leave() => _nesting--;
}
