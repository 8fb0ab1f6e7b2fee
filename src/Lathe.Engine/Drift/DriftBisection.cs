using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;

namespace Lathe.Engine.Drift;

/// <summary>Finds what makes a candidate drift: first the route, then the layer, then the node. Every line of it is a run whose dispatch record proves that the
/// route in question ran, and that it did not run in the reference.</summary>
/// <param name="fixture">The prompt that every run computes.</param>
/// <param name="kv">How both sides store keys and values.</param>
/// <param name="progress">Told each run before it begins.</param>
public sealed class DriftBisection(Model model, Backend backend, DriftFixture fixture, KvElementType kv, Action<string>? progress = null)
{
    private DriftStudy? _study;

    private int LayerCount => model.HyperParameters.LayerCount;

    /// <param name="candidate">The policy whose drift is to be explained; it stores keys and values as the reference does.</param>
    /// <param name="reference">The policy to measure against, null for reference routes only.</param>
    /// <param name="probe">Watches the run of all fast routes, or null.</param>
    public BisectionReport Run(RoutePolicy candidate, RoutePolicy? reference = null, GraphProbe? probe = null, CancellationToken cancellation = default)
    {
        progress?.Invoke("reference");
        _study = new DriftStudy(model, backend, new DriftSetting("reference", reference ?? RoutePolicy.Reference, kv), [fixture], cancellation: cancellation);
        var all = Compare(new DriftSetting("all fast routes", candidate, kv), null, cancellation, probe);
        var baseline = StepOf(all, null);
        var routes = all.RoutesUnderTest;
        BisectionStep[] without =
            [.. routes.Select(id => StepOf(Compare(new DriftSetting($"without {id}", WithRule(candidate, $"{id}=off"), kv), null, cancellation), null))];
        BisectionStep[] only = [.. routes.Select(id => Only(id, $"only {id}", cancellation, $"{id}=on")).OrderByDescending(step => step.Measures.Rms)];

        // A line that proves nothing accuses nobody.
        var culprit = only.FirstOrDefault(step => step.Refusals.Count == 0 && step.Measures.Rms > 0);
        if (culprit?.RouteId is not { } route)
        {
            return new BisectionReport(baseline, without, only, [], null, null, 0, []);
        }

        var layers = new List<BisectionStep>();
        var (layer, rms) = FindLayer(route, layers, cancellation);
        return new BisectionReport(baseline, without, only, layers, route, layer, rms / culprit.Measures.Rms, CompareNodes(route, layer, cancellation));
    }

    private static RoutePolicy WithRule(RoutePolicy policy, string rule) =>
        RoutePolicy.Create(requireFast: policy.RequireFast, rules: policy.Rules.Select(known => known.ToString()).Append(rule));

    private static BisectionStep StepOf(DriftReport report, string? route) =>
        new(report.Candidate.Name, route, report.Dispatches, report.Worst, report.Verdict.Kind == VerdictKind.Refused ? report.Verdict.Reasons : []);

    private DriftReport Compare(DriftSetting setting, string? underTest, CancellationToken cancellation, GraphProbe? probe = null)
    {
        progress?.Invoke(setting.Name);
        return _study!.Compare(setting, underTest is null ? [] : [underTest], DriftThresholds.None, probe, cancellation: cancellation);
    }

    private BisectionStep Only(string route, string name, CancellationToken cancellation, params string[] rules) =>
        StepOf(Compare(DriftSetting.Only(name, backend.Routes, kv, rules), route, cancellation), route);

    /// <summary>Halves the layers, and goes on with the half that drifts more.</summary>
    private (int Layer, double Rms) FindLayer(string route, List<BisectionStep> steps, CancellationToken cancellation)
    {
        int first = 0, last = LayerCount - 1;
        var outside = Only(route, "outside the layers", cancellation, $"{route}=on", $"{route}=off@layers=0-{last}");
        var inside = Within(first, last);
        steps.AddRange(outside, inside);

        // A route that has no nodes on one side of that line is not refused for it: it just did not run there.
        if (inside.Dispatches == 0 || (outside.Dispatches > 0 && outside.Measures.Rms > inside.Measures.Rms))
        {
            return (-1, outside.Measures.Rms);
        }

        var rms = inside.Measures.Rms;
        while (first < last)
        {
            var middle = (first + last) / 2;
            BisectionStep lower = Within(first, middle), upper = Within(middle + 1, last);
            steps.AddRange(lower, upper);
            (first, last, rms) = lower.Measures.Rms >= upper.Measures.Rms ? (first, middle, lower.Measures.Rms) : (middle + 1, last, upper.Measures.Rms);
        }

        return (first, rms);

        BisectionStep Within(int from, int to) => Only(route, from == to ? $"layer {from}" : $"layers {from}-{to}", cancellation, $"{route}=on@layers={from}-{to}");
    }

    private List<NodeDifference> CompareNodes(string route, int layer, CancellationToken cancellation)
    {
        var comparator = new RouteComparator(layer < 0 ? route : $"{route}@layers={layer}-{layer}");
        Compare(DriftSetting.Only($"{route}, node by node", backend.Routes, kv, $"{route}=on"), route, cancellation, comparator);
        return [.. comparator.Nodes.Where(node => node.Layer == layer).OrderByDescending(node => node.RelativeRms)];
    }
}
