using Lathe.Benchmarking;

namespace Lathe.Tests.Benchmarking;

public class StatisticsTests
{
    [Fact]
    public void The_deviation_is_that_of_a_sample()
    {
        var summary = SampleSummary.Of([2, 4, 4, 4, 5, 5, 7, 9]);
        Assert.Equal((8, 5), (summary.Count, summary.Mean));
        Assert.Equal(Math.Sqrt(32 / 7.0), summary.Deviation, 12);
        Assert.Equal(0, SampleSummary.Of([3]).Deviation);
        Assert.Throws<ArgumentException>(() => SampleSummary.Of([]));
    }

    /// <summary>Printed tables of the distribution.</summary>
    [Theory]
    [InlineData(0.975, 1, 12.7062047)]
    [InlineData(0.975, 2, 4.3026527)]
    [InlineData(0.975, 5, 2.5705818)]
    [InlineData(0.975, 10, 2.2281389)]
    [InlineData(0.975, 30, 2.0422725)]
    [InlineData(0.975, 1000, 1.9623391)]
    [InlineData(0.95, 4, 2.1318468)]
    [InlineData(0.995, 3, 5.8409093)]
    [InlineData(0.5, 7, 0)]
    public void Quantiles_of_students_t_agree_with_tables(double probability, double degrees, double expected) =>
        Assert.Equal(expected, StudentT.Quantile(probability, degrees), tolerance: 1e-6);

    /// <summary>Both sides have the same relative spread, so that the degrees of freedom are 4 and t is 2.7764451.</summary>
    [Fact]
    public void A_speed_up_has_welchs_interval()
    {
        var speedUp = SpeedUp.Of([10, 11, 12], [20, 22, 24]);
        var reach = Math.Exp(2.7764451 * Math.Sqrt(2 / 363.0));
        Assert.Equal(2, speedUp.Ratio, 12);
        Assert.Equal(2 / reach, speedUp.Low, 6);
        Assert.Equal(2 * reach, speedUp.High, 6);
        Assert.False(speedUp.IsNoise);
        Assert.True(SpeedUp.Of([10, 11, 12], [10.5, 11.5, 12.5]).IsNoise);
    }

    [Fact]
    public void A_single_sample_says_nothing_and_equal_ones_everything()
    {
        Assert.True(SpeedUp.Of([10], [20, 21]).IsNoise);
        Assert.Equal(double.PositiveInfinity, SpeedUp.Of([10, 11], [20]).High);
        Assert.Equal(new SpeedUp(2, 2, 2), SpeedUp.Of([5, 5], [10, 10]));
    }

    /// <summary>Of series without a difference 95 % are to be called noise, whatever their lengths and spreads.</summary>
    [Theory]
    [InlineData(5, 0.05, 5, 0.05)]
    [InlineData(3, 0.02, 8, 0.10)]
    public void Nineteen_of_twenty_intervals_hold_the_truth(int countA, double spreadA, int countB, double spreadB)
    {
        const int trials = 4000;
        var random = new Random(1);
        var noise = Enumerable.Range(0, trials).Count(_ => SpeedUp.Of(Draw(countA, spreadA), Draw(countB, spreadB)).IsNoise);
        Assert.InRange(noise / (double)trials, 0.93, 0.97);

        double[] Draw(int count, double spread) =>
            [.. Enumerable.Range(0, count).Select(_ => 100 * (1 + (spread * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))))];
    }
}
