namespace Lathe.Formats.Templates;

internal enum TokenKind
{
    /// <summary>Text outside of any tag.</summary>
    Data,
    BlockBegin,
    BlockEnd,
    VariableBegin,
    VariableEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    EndOfTemplate,
}
