namespace Lathe.Engine.Drift;

/// <summary>What a gate decided.</summary>
/// <param name="All">All fast routes together.</param>
/// <param name="Routes">Each fast route by itself.</param>
public sealed record GateReport(DriftReport All, IReadOnlyList<DriftReport> Routes)
{
    public IEnumerable<DriftReport> Reports => Routes.Prepend(All);

    /// <summary>Nothing but a pass opens the gate: a route that could not be tested is no better than one that failed.</summary>
    public bool IsOpen => Reports.All(report => report.Verdict.Kind == VerdictKind.Pass);
}
