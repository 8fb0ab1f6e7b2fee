using Lathe.Engine.Drift;

namespace Lathe.Engine.Tests.Drift;

public sealed class DriftMeterTests
{
    [Fact]
    public void Differences_ranks_and_overlaps_of_known_rows()
    {
        // 30 falling logits; the candidate lifts token 25 to the top and lowers token 3 by 2.
        var reference = Enumerable.Range(0, 30).Select(i => (float)-i).ToArray();
        var candidate = (float[])reference.Clone();
        candidate[25] = 1;
        candidate[3] = -5;
        var measures = Measure(reference, candidate);
        Assert.Equal((1, 0), (measures.Rows, measures.SameTop));
        Assert.Equal(Math.Sqrt(((26 * 26) + 4) / 30.0), measures.Rms, 1e-12);
        Assert.Equal(26, measures.MaxAbs);
        Assert.Equal(26, measures.Top20MaxAbs);

        // Reference 0 1 2 3 4, candidate 25 0 1 2 4: token 3 left the five.
        Assert.Equal((4, 19), (measures.Top5Overlap, measures.Top20Overlap));

        // Behind 25 everything goes down one place; token 3 lies behind 4 and ties with 5, which has the higher id.
        Assert.Equal(2, measures.MaxRankDelta);
        Assert.Equal(measures.Rms / Math.Sqrt(((30 * 30) - 1) / 12.0), measures.RelativeRms, 1e-12);
        Assert.False(measures.IsBitEqual);
        Assert.Equal(0, measures.NonFinite);
    }

    [Fact]
    public void The_divergence_is_that_of_the_distributions()
    {
        var measures = Measure([0, 0], [0, MathF.Log(3)]);
        Assert.Equal((0.5 * Math.Log(0.5 / 0.25)) + (0.5 * Math.Log(0.5 / 0.75)), measures.MeanDivergence, 1e-7);
        Assert.Equal(measures.MeanDivergence, measures.MaxDivergence);
    }

    [Fact]
    public void Equal_rows_drift_by_nothing_and_ties_go_to_the_lower_token()
    {
        float[] row = [1, 5, 5, 2];
        var measures = Measure(row, row);
        Assert.True(measures.IsBitEqual);
        Assert.Equal((1, 0.0, 0.0, 0, 5, 20), (measures.SameTop, measures.Rms, measures.MeanDivergence, measures.MaxRankDelta, measures.Top5Overlap, measures.Top20Overlap));
        Assert.Equal(0, Measure([5, 5, 1], [5, 5.1f, 1]).SameTop);
        Assert.False(Measure([0f], [-0f]).IsBitEqual);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Logits_that_are_not_finite_are_counted_and_break_every_limit(float value)
    {
        var measures = Measure([1, 2, 3], [1, value, 3]);
        Assert.Equal(1, measures.NonFinite);
        Assert.Contains("not finite", Assert.Single(DriftThresholds.None.Breaches(measures)), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_limit_is_told_when_it_is_broken()
    {
        var measures = Measure([0, 1, 2], [0, 1, -2]);
        var limits = new DriftThresholds { RelativeRms = 1e-3, MaxAbs = 1, Top20MaxAbs = 1, MeanDivergence = 1e-3, SameTop = 1, Top20Overlap = 20 };
        var breaches = limits.Breaches(measures);
        Assert.Equal(5, breaches.Count);
        Assert.All(["relative rms", "max abs", "top-20 max abs", "mean KL", "same top"], name => Assert.Contains(breaches, text => text.Contains(name, StringComparison.Ordinal)));
        Assert.Empty(limits.Breaches(Measure([0, 1, 2], [0, 1, 2])));
    }

    private static DriftMeasures Measure(float[] reference, float[] candidate)
    {
        var meter = new DriftMeter();
        meter.Add(reference, candidate);
        return meter.Result();
    }
}
