namespace Lathe.Formats.Templates;

/// <summary>The arguments as a call writes them: <c>(a, b, name=c, *d, **e)</c>.</summary>
internal sealed record ArgumentList(
    Expression[] Positional,
    KeyValuePair<string, Expression>[] Named,
    Expression? ExtraPositional,
    Expression? ExtraNamed)
{
    public static ArgumentList Empty { get; } = new([], [], null, null);
}
