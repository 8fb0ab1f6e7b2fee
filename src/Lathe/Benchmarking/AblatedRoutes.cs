using System.IO.Enumeration;
using Lathe.Engine.Routing;

namespace Lathe.Benchmarking;

/// <summary>The routes that a comparison is about, and the rules that take them out.</summary>
/// <param name="Under">The routes under test.</param>
/// <param name="Twins">For each of them the generic form that must take its place; empty if anything may.</param>
/// <param name="Rules">Route rules of the side without them.</param>
public sealed record AblatedRoutes(IReadOnlyList<Route> Under, IReadOnlyDictionary<Route, Route> Twins, IReadOnlyList<string> Rules)
{
    /// <summary>What stands for every route that has a generic twin.</summary>
    public const string Specialization = "specialization";

    /// <summary>A route of this name is the unspecialised form of the route without it.</summary>
    public const string GenericSuffix = ".generic";

    /// <param name="registry">The device's routes.</param>
    /// <param name="policy">What runs on the side with the routes: a route that is off there has nothing to be compared.</param>
    /// <param name="what"><see cref="Specialization"/>, or a glob over route ids. References are never among them: they are what remains.</param>
    /// <exception cref="AblationException">No route is meant.</exception>
    public static AblatedRoutes Of(RouteRegistry registry, RoutePolicy policy, string what) =>
        what == Specialization ? OfSpecialization(registry, policy) : OfPattern(registry, what);

    /// <summary>Proves by the counters that the side without the routes ran without them, and their twins instead.</summary>
    /// <param name="test">What ran.</param>
    /// <param name="ranWith">The routes under test that the other side ran, by id.</param>
    /// <param name="ran">What the side without them ran.</param>
    /// <exception cref="AblationException">It did not.</exception>
    public void RequireOff(BenchmarkTest test, IEnumerable<string> ranWith, IReadOnlyDictionary<Route, long> ran)
    {
        if (Under.FirstOrDefault(ran.ContainsKey) is { } stray)
        {
            throw new AblationException($"{stray.Id} ran {ran[stray]} times in {test.Name} although it was switched off: the comparison would mean nothing");
        }

        foreach (var (route, twin) in Twins.Where(pair => ranWith.Contains(pair.Key.Id)))
        {
            if (!ran.ContainsKey(twin))
            {
                throw new AblationException($"{twin.Id} did not run in {test.Name} in the place of {route.Id}: the comparison would be with something else");
            }
        }
    }

    private static AblatedRoutes OfSpecialization(RouteRegistry registry, RoutePolicy policy)
    {
        var byId = registry.Routes.ToDictionary(route => route.Id);
        var twins = registry.Routes.Where(route => byId.ContainsKey(route.Id + GenericSuffix) && CanRun(route, policy)).ToDictionary(route => route, route => byId[route.Id + GenericSuffix]);
        if (twins.Count == 0)
        {
            throw new AblationException($"no route of this device has a generic twin (the same id and {GenericSuffix}), so there is no specialisation to switch off");
        }

        // The twin is switched on by name: another recipe may stand between the two in priority, and then the wrong thing would be measured.
        return new AblatedRoutes([.. twins.Keys], twins, [.. twins.SelectMany(pair => new[] { $"{pair.Key.Id}=off", $"{pair.Value.Id}=on" })]);
    }

    /// <summary>False if the policy has switched the route off inside the layers and outside.</summary>
    private static bool CanRun(Route route, RoutePolicy policy) =>
        policy.SettingOf(route, layer: -1) != RouteSetting.Off || policy.SettingOf(route, layer: 0) != RouteSetting.Off;

    private static AblatedRoutes OfPattern(RouteRegistry registry, string pattern)
    {
        var routes = registry.Routes.Where(route => !route.IsReference && FileSystemName.MatchesSimpleExpression(pattern, route.Id)).ToList();
        return routes.Count > 0
            ? new AblatedRoutes(routes, new Dictionary<Route, Route>(), [.. routes.Select(route => $"{route.Id}=off")])
            : throw new AblationException($"'{pattern}' matches no route that can be switched off; lathe routes lists them");
    }
}
