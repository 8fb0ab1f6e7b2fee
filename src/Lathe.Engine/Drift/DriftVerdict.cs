namespace Lathe.Engine.Drift;

/// <summary>A verdict, and one sentence for each reason against the routes under test.</summary>
public sealed record DriftVerdict(VerdictKind Kind, IReadOnlyList<string> Reasons)
{
    /// <summary>Refusals go before failures: numbers that prove nothing break no limit.</summary>
    public static DriftVerdict Of(IReadOnlyList<string> refusals, IReadOnlyList<string> breaches) =>
        refusals.Count > 0 ? new(VerdictKind.Refused, refusals)
        : breaches.Count > 0 ? new(VerdictKind.Fail, breaches)
        : new(VerdictKind.Pass, []);
}
