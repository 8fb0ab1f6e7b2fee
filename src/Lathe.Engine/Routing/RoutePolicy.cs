namespace Lathe.Engine.Routing;

/// <summary>Who decides which route runs: quality first, then the caller's rules, then the environment, then each route's own default.
/// Among rules of one source the last that matches wins.</summary>
public sealed class RoutePolicy
{
    /// <summary>The only environment variable that routes know: rules in the grammar of <see cref="RouteRule"/>, <c>;</c> between them.</summary>
    public const string EnvironmentVariable = "LATHE_ROUTES";

    private readonly IReadOnlyList<RouteRule> _rules;

    private RoutePolicy(bool quality, bool requireFast, IReadOnlyList<RouteRule> rules)
    {
        Quality = quality;
        RequireFast = requireFast;
        _rules = rules;
    }

    /// <summary>Every route by its own default.</summary>
    public static RoutePolicy Default { get; } = new(false, false, []);

    /// <summary>Reference routes only.</summary>
    public static RoutePolicy Reference { get; } = new(true, false, []);

    /// <summary>True if only reference routes may run.</summary>
    public bool Quality { get; }

    /// <summary>True if an operation that would fall back to its reference route is an error.</summary>
    public bool RequireFast { get; }

    /// <summary>The rules, weakest first.</summary>
    public IReadOnlyList<RouteRule> Rules => _rules;

    /// <summary>Builds a policy from what the caller and the environment say.</summary>
    /// <param name="rules">The caller's rules, in the order given.</param>
    /// <param name="environment">The value of <see cref="EnvironmentVariable"/>, or null.</param>
    /// <exception cref="RouteException">A rule cannot be read.</exception>
    public static RoutePolicy Create(bool quality = false, bool requireFast = false, IEnumerable<string>? rules = null, string? environment = null)
    {
        if (quality && requireFast)
        {
            throw new RouteException("quality asks for reference routes only and require-fast forbids them: choose one");
        }

        var fromEnvironment = (environment ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new RoutePolicy(quality, requireFast, [.. fromEnvironment.Concat(rules ?? []).Select(RouteRule.Parse)]);
    }

    /// <summary>What the policy says of <paramref name="route"/> in <paramref name="layer"/> (-1 outside the layers).</summary>
    public RouteSetting SettingOf(Route route, int layer)
    {
        if (Quality)
        {
            return route.IsReference ? RouteSetting.On : RouteSetting.Off;
        }

        for (var i = _rules.Count - 1; i >= 0; i--)
        {
            if (_rules[i].Matches(route.Id, layer))
            {
                return _rules[i].Setting;
            }
        }

        return route.Default;
    }
}
