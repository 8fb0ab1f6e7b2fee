using Lathe.Engine.Routing;

namespace Lathe.Benchmarking;

/// <summary>Where the dispatch counters of some routes stood.</summary>
internal sealed class DispatchSnapshot(IReadOnlyList<Route> routes)
{
    private readonly long[] _counts = [.. routes.Select(route => route.Dispatches)];

    /// <summary>The routes that have run since, with how often.</summary>
    public IReadOnlyDictionary<Route, long> Since() =>
        routes.Select((route, i) => KeyValuePair.Create(route, route.Dispatches - _counts[i])).Where(pair => pair.Value > 0).ToDictionary();
}
