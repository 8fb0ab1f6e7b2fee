using Lathe.Engine.Routing;

namespace Lathe.Engine.Drift;

/// <summary>How often each route ran between two moments: the proof of what a result was computed with.</summary>
public sealed class DispatchRecord
{
    private readonly SortedDictionary<string, long> _counts;

    private DispatchRecord(IEnumerable<KeyValuePair<string, long>> counts) =>
        _counts = new SortedDictionary<string, long>(counts.Where(pair => pair.Value > 0).ToDictionary(), StringComparer.Ordinal);

    /// <summary>The routes that ran, by id.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    public long this[string routeId] => _counts.GetValueOrDefault(routeId);

    /// <summary>What the routes have counted so far.</summary>
    public static DispatchRecord Take(RouteRegistry routes) =>
        new(routes.Routes.Select(route => KeyValuePair.Create(route.Id, route.Dispatches)));

    /// <summary>What several runs counted together.</summary>
    public static DispatchRecord Sum(IEnumerable<DispatchRecord> records) =>
        new(records.SelectMany(record => record._counts).GroupBy(pair => pair.Key).Select(group => KeyValuePair.Create(group.Key, group.Sum(pair => pair.Value))));

    /// <summary>What was counted after <paramref name="earlier"/> was taken.</summary>
    public DispatchRecord Since(DispatchRecord earlier) =>
        new(_counts.Select(pair => KeyValuePair.Create(pair.Key, pair.Value - earlier[pair.Key])));

    public bool Matches(DispatchRecord other) => _counts.SequenceEqual(other._counts);
}
