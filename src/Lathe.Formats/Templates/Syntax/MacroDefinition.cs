namespace Lathe.Formats.Templates;

/// <summary>
/// A macro. Whether it takes further arguments depends on whether its body mentions <c>varargs</c>, <c>kwargs</c> and
/// <c>caller</c>.
/// </summary>
internal sealed record MacroDefinition(
    int Offset,
    string Name,
    Parameter[] Parameters,
    Statement[] Body,
    bool UsesExtraPositional,
    bool UsesExtraNamed,
    bool UsesCaller);
