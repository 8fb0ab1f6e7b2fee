namespace Lathe.Formats.Templates;

/// <summary>A parameter of a macro or call block.</summary>
internal sealed record Parameter(string Name, Expression? Default);
