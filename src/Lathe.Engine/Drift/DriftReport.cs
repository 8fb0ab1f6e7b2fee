namespace Lathe.Engine.Drift;

/// <summary>A candidate against a reference over all fixtures.</summary>
/// <param name="RoutesUnderTest">Ids of the routes that the comparison is about.</param>
/// <param name="Refusals">Why the runs of all fixtures together carry no verdict; empty if they do.</param>
public sealed record DriftReport(
    DriftSetting Reference, DriftSetting Candidate, IReadOnlyList<string> RoutesUnderTest, IReadOnlyList<FixtureDrift> Fixtures, IReadOnlyList<string> Refusals)
{
    /// <summary>The worst of every measure.</summary>
    public DriftMeasures Worst => DriftMeasures.Worst([.. Fixtures.Select(fixture => fixture.Measures)]);

    /// <summary>How often the routes under test ran in the candidate.</summary>
    public long Dispatches => Fixtures.Sum(fixture => RoutesUnderTest.Sum(id => fixture.Candidate.Dispatches[id]));

    /// <summary>Sound if each of the routes ran under some fixture, and under none in the reference.</summary>
    public DriftVerdict Verdict => DriftVerdict.Of(Refusals, Breaches());

    private string[] Breaches() =>
    [
        .. Fixtures.Where(fixture => fixture.Verdict.Kind == VerdictKind.Fail)
            .SelectMany(fixture => fixture.Verdict.Reasons.Select(reason => $"{fixture.Fixture.Name}: {reason}")),
    ];
}
