using System.IO.Enumeration;

namespace Lathe.Engine.Routing;

/// <summary>One statement of a policy: <c>PATTERN=on|off|auto[@layers=A-B]</c>. The pattern is a glob over route ids (<c>*</c> and <c>?</c>).</summary>
/// <param name="FirstLayer">First layer that the rule speaks of, or null for everything.</param>
/// <param name="LastLayer">Last layer that the rule speaks of, inclusive.</param>
public sealed record RouteRule(string Pattern, RouteSetting Setting, int? FirstLayer = null, int? LastLayer = null)
{
    public bool Matches(string routeId, int layer) =>
        FileSystemName.MatchesSimpleExpression(Pattern, routeId) && (FirstLayer is null || (layer >= FirstLayer && layer <= LastLayer));

    /// <exception cref="RouteException">The text is not a rule.</exception>
    public static RouteRule Parse(string text)
    {
        var (rule, layers) = Split(text.Trim(), '@');
        var (pattern, setting) = Split(rule, '=');
        if (pattern.Length == 0 || setting is null || !Enum.TryParse<RouteSetting>(setting, ignoreCase: true, out var parsed) || int.TryParse(setting, out _))
        {
            throw new RouteException($"'{text}' is not a route rule: expected PATTERN=on|off|auto[@layers=A-B], for example cpu.matmul.*=off@layers=0-3");
        }

        if (layers is null)
        {
            return new RouteRule(pattern, parsed);
        }

        var (key, range) = Split(layers, '=');
        var (first, last) = Split(range ?? "", '-');
        if (key != "layers" || !int.TryParse(first, out var from) || !int.TryParse(last ?? first, out var to) || from < 0 || to < from)
        {
            throw new RouteException($"'{layers}' in '{text}' is not a range of layers: expected layers=A-B with A <= B, for example layers=0-3");
        }

        return new RouteRule(pattern, parsed, from, to);
    }

    public override string ToString() =>
        $"{Pattern}={Setting.ToString().ToLowerInvariant()}{(FirstLayer is null ? "" : $"@layers={FirstLayer}-{LastLayer}")}";

    private static (string Left, string? Right) Split(string text, char separator)
    {
        var at = text.IndexOf(separator);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }
}
