namespace Lathe.Engine.Drift;

/// <summary>A candidate against a reference over all fixtures.</summary>
/// <param name="RoutesUnderTest">Ids of the routes that the comparison is about.</param>
public sealed record DriftReport(DriftSetting Reference, DriftSetting Candidate, IReadOnlyList<string> RoutesUnderTest, IReadOnlyList<FixtureDrift> Fixtures)
{
    /// <summary>The worst of every measure.</summary>
    public DriftMeasures Worst => DriftMeasures.Worst([.. Fixtures.Select(fixture => fixture.Measures)]);

    /// <summary>How often the routes under test ran in the candidate.</summary>
    public long Dispatches => Fixtures.Sum(fixture => RoutesUnderTest.Sum(id => fixture.Candidate.Dispatches[id]));

    /// <summary>Sound only if every fixture is: a route that one of them did not run was not tested under it.</summary>
    public DriftVerdict Verdict => DriftVerdict.Of(Reasons(VerdictKind.Refused), Reasons(VerdictKind.Fail));

    private string[] Reasons(VerdictKind kind) =>
        [.. Fixtures.Where(fixture => fixture.Verdict.Kind == kind).SelectMany(fixture => fixture.Verdict.Reasons.Select(reason => $"{fixture.Fixture.Name}: {reason}"))];
}
