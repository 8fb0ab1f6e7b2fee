namespace Lathe.Engine.Drift;

/// <summary>Whether two runs can tell anything of the routes under test. A comparison in which the route did not run, or in which the reference ran it too,
/// finds no difference and proves nothing.</summary>
public static class DispatchEvidence
{
    /// <summary>Why no verdict may be given: one sentence for each reason, none if the runs are sound.</summary>
    /// <param name="routesUnderTest">Ids of the routes that the comparison is about.</param>
    public static IReadOnlyList<string> WhyNoVerdict(IReadOnlyCollection<string> routesUnderTest, DispatchRecord reference, DispatchRecord candidate)
    {
        var reasons = new List<string>();
        if (routesUnderTest.Count == 0)
        {
            reasons.Add("no route is under test: both policies choose the same route for every node");
        }

        foreach (var id in routesUnderTest.Order(StringComparer.Ordinal))
        {
            if (candidate[id] == 0)
            {
                reasons.Add($"{id} was not dispatched in the candidate run, so it was not tested");
            }

            if (reference[id] > 0)
            {
                reasons.Add($"{id} was dispatched {reference[id]} times in the reference run, so it would be compared with itself");
            }
        }

        if (reference.Matches(candidate))
        {
            reasons.Add("both runs dispatched the same routes equally often, so they computed the same thing");
        }

        return reasons;
    }
}
