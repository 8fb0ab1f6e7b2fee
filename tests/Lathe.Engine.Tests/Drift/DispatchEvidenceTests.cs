using Lathe.Engine.Drift;
using Lathe.Engine.Routing;
using Lathe.Engine.Tests.Routing;

namespace Lathe.Engine.Tests.Drift;

public sealed class DispatchEvidenceTests
{
    private readonly FakeRoute _fast = new("cpu.add.fast", 100);
    private readonly FakeRoute _reference = new("cpu.add.reference", 0, isReference: true);

    [Fact]
    public void Sound_runs_have_nothing_against_them() =>
        Assert.Empty(DispatchEvidence.WhyNoVerdict([_fast.Id], Run(_reference), Run(_fast)));

    [Fact]
    public void Every_unsound_pair_of_runs_is_named()
    {
        Assert.Contains("was not dispatched in the candidate", Assert.Single(DispatchEvidence.WhyNoVerdict([_fast.Id], Run(_reference, _reference), Run(_reference))));
        Assert.Contains("was dispatched 1 times in the reference", Assert.Single(DispatchEvidence.WhyNoVerdict([_fast.Id], Run(_fast), Run(_fast, _reference))));
        Assert.Equal(2, DispatchEvidence.WhyNoVerdict([_fast.Id], Run(_fast), Run(_fast)).Count);
        Assert.Contains("no route is under test", Assert.Single(DispatchEvidence.WhyNoVerdict([], Run(_reference), Run(_fast))));
    }

    [Fact]
    public void A_record_counts_from_the_one_before()
    {
        Run(_fast, _fast);
        var record = Run(_fast, _reference, _reference);
        Assert.Equal((1, 2), (record[_fast.Id], record[_reference.Id]));
        Assert.Equal(0, record["cpu.add.other"]);
        Assert.True(record.Matches(Run(_reference, _fast, _reference)));
        Assert.False(record.Matches(Run(_fast, _reference)));
    }

    private DispatchRecord Run(params Route[] dispatched)
    {
        var routes = new RouteRegistry([_fast, _reference]);
        var before = DispatchRecord.Take(routes);
        foreach (var route in dispatched)
        {
            route.CountDispatch();
        }

        return DispatchRecord.Take(routes).Since(before);
    }
}
