using System.Collections.Concurrent;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;

namespace Lathe.Engine.Routing;

/// <summary>All routes of a device, and the choice among them.</summary>
public sealed class RouteRegistry
{
    private readonly Dictionary<string, Route[]> _byOp;
    private readonly ConcurrentDictionary<Route, string> _unusable = [];

    /// <exception cref="RouteException">Two routes share an id, or an operation has no reference route or more than one.</exception>
    public RouteRegistry(IEnumerable<Route> routes)
    {
        Routes = [.. routes];
        if (Routes.GroupBy(route => route.Id).FirstOrDefault(group => group.Count() > 1) is { } twins)
        {
            throw new RouteException($"two routes are named {twins.Key}");
        }

        _byOp = Routes.GroupBy(route => route.Op).ToDictionary(group => group.Key, group => group.OrderByDescending(route => route.Priority).ToArray());
        foreach (var (op, ways) in _byOp)
        {
            if (ways.Count(route => route.IsReference) != 1)
            {
                throw new RouteException($"operation {op} needs exactly one reference route");
            }
        }
    }

    public IReadOnlyList<Route> Routes { get; }

    /// <summary>Routes that failed their known-answer check or did not compile, with the reason; they stay out for the life of the process.</summary>
    public IReadOnlyDictionary<Route, string> Unusable => _unusable;

    /// <summary>Raised once for each route that becomes unusable: the route and one sentence.</summary>
    public event Action<Route, string>? RouteFailed;

    /// <summary>The reference of an operation, by handle: no policy can turn it into anything else.</summary>
    public Route ReferenceOf(string op) =>
        _byOp.TryGetValue(op, out var ways) ? ways.Single(route => route.IsReference) : throw new RouteException($"no route runs operation {op}");

    /// <summary>Takes a route out of use for the life of the process.</summary>
    public void MarkUnusable(Route route, string reason)
    {
        if (_unusable.TryAdd(route, reason))
        {
            RouteFailed?.Invoke(route, reason);
        }
    }

    /// <summary>The route that runs <paramref name="node"/> in batches of up to <paramref name="shape"/> under <paramref name="policy"/>.</summary>
    /// <exception cref="RouteException">Nothing may run the node, or only its reference and the policy requires fast routes.</exception>
    public Route Select(GraphNode node, GraphShape shape, RoutePolicy policy)
    {
        if (policy.Quality)
        {
            return ReferenceOf(node.Op);
        }

        Route? chosen = null;
        if (_byOp.TryGetValue(node.Op, out var ways))
        {
            // Routes come by falling priority; one that is switched on by name goes before those on auto.
            var allowed = ways.Where(route => policy.SettingOf(route, node.Layer) != RouteSetting.Off && WhyNot(route, node, shape) is null).ToList();
            chosen = allowed.FirstOrDefault(route => policy.SettingOf(route, node.Layer) == RouteSetting.On && route.Default != RouteSetting.On)
                ?? allowed.FirstOrDefault();
        }

        if (chosen is null)
        {
            throw new RouteException($"no route may run {node.Name} ({node.Op}): {Explain(node, shape, policy)}");
        }

        if (policy.RequireFast && chosen.IsReference && ways!.Length > 1)
        {
            throw new RouteException($"{node.Name} ({node.Op}) would run on its reference route, and fast routes are required: {Explain(node, shape, policy)}");
        }

        return chosen;
    }

    /// <summary>Why <paramref name="route"/> cannot run <paramref name="node"/>, or null if it can.</summary>
    public string? WhyNot(Route route, GraphNode node, GraphShape shape) =>
        _unusable.TryGetValue(route, out var reason) ? reason : route.WhyNot(node, shape);

    private string Explain(GraphNode node, GraphShape shape, RoutePolicy policy) =>
        _byOp.TryGetValue(node.Op, out var ways)
            ? string.Join("; ", ways.Select(route =>
                $"{route.Id}: {(policy.SettingOf(route, node.Layer) == RouteSetting.Off ? "switched off" : WhyNot(route, node, shape) ?? "allowed")}"))
            : "the device has none for it";
}
