namespace Lathe.Formats.Templates;

/// <summary>Where the statement after the current one is.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}
