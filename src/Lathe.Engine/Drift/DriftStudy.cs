using System.IO.Enumeration;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;

namespace Lathe.Engine.Drift;

/// <summary>Compares any number of candidates with one reference that runs once.</summary>
public sealed class DriftStudy
{
    private readonly Model _model;
    private readonly Backend _backend;
    private readonly DriftRun[] _reference;
    private readonly IReadOnlyList<Route> _referenceRoutes;
    private readonly int _contextLength;
    private readonly bool _tapLayers;

    /// <summary>Runs the reference over the fixtures.</summary>
    /// <param name="tapLayers">True to compare the residual stream behind each layer too.</param>
    /// <param name="progress">Told each fixture that is done.</param>
    public DriftStudy(
        Model model,
        Backend backend,
        DriftSetting reference,
        IReadOnlyList<DriftFixture> fixtures,
        bool tapLayers = false,
        Action<DriftFixture>? progress = null,
        CancellationToken cancellation = default)
    {
        if (fixtures.Count == 0)
        {
            throw new ArgumentException("there is no fixture to compare under", nameof(fixtures));
        }

        _model = model;
        _backend = backend;
        _tapLayers = tapLayers;
        _contextLength = fixtures.Max(fixture => fixture.Tokens.Length) + DriftFixture.DecodedTokens;
        Reference = reference;
        using var subject = new DriftSubject(model, backend, reference, _contextLength, tapLayers);
        _referenceRoutes = subject.RoutesFor(fixtures);
        _reference = [.. fixtures.Select(fixture => Run(subject, fixture, forced: null, progress, cancellation))];
    }

    public DriftSetting Reference { get; }

    /// <summary>The routes that ran in the reference, over all fixtures.</summary>
    public IReadOnlyList<DriftRun> ReferenceRuns => _reference;

    /// <summary>Runs a candidate and compares it.</summary>
    /// <param name="underTest">Patterns of the routes that the comparison is about; empty for every fast route that the candidate chooses for a node for
    /// which the reference chooses another.</param>
    /// <param name="probe">Watches the candidate, or null.</param>
    /// <exception cref="RouteException">A pattern names no route.</exception>
    public DriftReport Compare(
        DriftSetting candidate,
        IReadOnlyCollection<string> underTest,
        DriftThresholds thresholds,
        GraphProbe? probe = null,
        Action<DriftFixture>? progress = null,
        CancellationToken cancellation = default)
    {
        using var subject = new DriftSubject(_model, _backend, candidate, _contextLength, _tapLayers, probe);
        var routes = underTest.Count > 0 ? Named(underTest) : Differing(subject.RoutesFor([.. _reference.Select(run => run.Fixture)]));
        var fixtures = new List<FixtureDrift>();
        foreach (var reference in _reference)
        {
            var run = Run(subject, reference.Fixture, reference.Decoded, progress, cancellation);
            var measures = DriftMeter.Measure(reference, run);

            // What a route does under one prompt need not be done by it under another: those in which none of the routes ran have no verdict of their own.
            string[] idle = routes.Any(id => run.Dispatches[id] > 0) ? [] : ["none of the routes under test was dispatched"];
            fixtures.Add(new FixtureDrift(reference, run, measures, LayerRms(reference, run), DriftVerdict.Of(idle, thresholds.Breaches(measures))));
        }

        var refusals = DispatchEvidence.WhyNoVerdict(
            routes,
            DispatchRecord.Sum(fixtures.Select(fixture => fixture.Reference.Dispatches)),
            DispatchRecord.Sum(fixtures.Select(fixture => fixture.Candidate.Dispatches)));
        return new DriftReport(Reference, candidate, routes, fixtures, refusals);
    }

    private static DriftRun Run(DriftSubject subject, DriftFixture fixture, IReadOnlyList<int>? forced, Action<DriftFixture>? progress, CancellationToken cancellation)
    {
        var run = subject.Run(fixture, forced, cancellation);
        progress?.Invoke(fixture);
        return run;
    }

    private static double[] LayerRms(DriftRun reference, DriftRun candidate) => [.. reference.Layers.Zip(candidate.Layers, RelativeRms)];

    private static double RelativeRms(float[] reference, float[] candidate)
    {
        double difference = 0, power = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            difference += Math.Pow((double)candidate[i] - reference[i], 2);
            power += Math.Pow(reference[i], 2);
        }

        return power == 0 ? Math.Sqrt(difference) : Math.Sqrt(difference / power);
    }

    private List<string> Differing(IReadOnlyList<Route> candidate) =>
        [.. candidate.Zip(_referenceRoutes).Where(pair => pair.First != pair.Second && !pair.First.IsReference).Select(pair => pair.First.Id).Distinct()];

    private List<string> Named(IReadOnlyCollection<string> patterns)
    {
        var named = new List<string>();
        foreach (var pattern in patterns)
        {
            var matching = _backend.Routes.Routes.Where(route => FileSystemName.MatchesSimpleExpression(pattern, route.Id)).Select(route => route.Id).ToList();
            named.AddRange(matching.Count > 0 ? matching : throw new RouteException($"no route is named {pattern}: 'lathe routes' lists them"));
        }

        return [.. named.Distinct()];
    }
}
