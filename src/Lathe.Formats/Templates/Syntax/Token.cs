namespace Lathe.Formats.Templates;

/// <summary>A token; <paramref name="Text"/> is the operator, the name, the digits, or the unescaped text.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Offset)
{
    public bool IsOperator(string text) => Kind == TokenKind.Operator && Text == text;

    public bool IsName(string text) => Kind == TokenKind.Name && Text == text;

    /// <summary>How an error message calls this token.</summary>
    public string Description => Kind switch
    {
        TokenKind.Data => "text",
        TokenKind.BlockBegin => "'{%'",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.VariableBegin => "'{{'",
        TokenKind.VariableEnd => "'}}'",
        TokenKind.Name or TokenKind.Operator or TokenKind.Integer or TokenKind.Float => $"'{Text}'",
        TokenKind.String => "a string",
        TokenKind.EndOfTemplate => "the end of the template",
        _ => throw new InvalidOperationException($"Token kind {Kind} has no description."),
    };
}
