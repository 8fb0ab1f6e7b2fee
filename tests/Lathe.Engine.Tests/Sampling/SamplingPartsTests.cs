using System.Runtime.Intrinsics;
using Lathe.Engine.Inference.Sampling;

namespace Lathe.Engine.Tests.Sampling;

public class SamplingPartsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(1024)]
    [InlineData(5003)]
    public void The_highest_logit_is_found_wherever_it_is(int length)
    {
        var random = new Random(length);
        Assert.Equal(-1, ArgMax.Of(Enumerable.Repeat(float.NaN, length).ToArray()));
        for (var round = 0; round < 100 && length > 0; round++)
        {
            // Few distinct values, so that most maxima are ties.
            var values = Enumerable.Range(0, length).Select(_ => random.Next(4) == 0 ? float.NaN : random.Next(round + 1) - 50f).ToArray();
            values[random.Next(length)] = -60;
            var numbers = values.Where(value => !float.IsNaN(value));
            Assert.Equal(Array.IndexOf(values, numbers.Max()), ArgMax.Of(values));
        }
    }

    [Fact]
    public void The_exponential_is_within_two_units_in_the_last_place()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var x = -random.NextDouble() * (i % 2 == 0 ? 1 : 700);
            Assert.InRange(PortableMath.Exp(x) / Math.Exp(x), 1 - 5e-16, 1 + 5e-16);
            var lanes = PortableMath.Exp(Vector256.Create(x, 0, double.NegativeInfinity, double.NaN));
            Assert.Equal(Vector256.Create(PortableMath.Exp(x), 1, 0, 0), lanes);
        }
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.05)]
    [InlineData(1e-30)]
    public void The_logarithm_is_the_first_argument_that_reaches_the_value(double value)
    {
        var x = PortableMath.Log(value);
        Assert.True(PortableMath.Exp(x) >= value);
        Assert.True(PortableMath.Exp(Math.BitIncrement(x) > 0 ? 0 : x - (Math.Abs(x) * 1e-14) - 1e-300) < value || value == 1);
        Assert.Equal(Math.Log(value), x, 12);
    }

    [Fact]
    public void No_mass_is_no_distance() => Assert.Equal(double.NegativeInfinity, PortableMath.Log(0));

    [Fact]
    public void The_generator_starts_as_published_for_seed_zero()
    {
        // Seed 0 through splitmix64 makes 0x6E789E6AA1B965F4 the second word of the state; the first output is rotl(s1 * 5, 7) * 9.
        Assert.Equal(0x99EC5F36CB75F2B4UL, new Xoshiro256(0).Next());
    }

    [Fact]
    public void Doubles_fill_the_unit_interval_evenly()
    {
        var random = new Xoshiro256(9);
        var counts = new int[16];
        for (var i = 0; i < 160_000; i++)
        {
            counts[(int)(random.NextDouble() * 16)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(1000)]
    public void The_selection_is_the_head_of_a_full_sort(int count)
    {
        var random = new Random(count);
        var selection = new TopSelection(count);
        for (var round = 0; round < 20; round++)
        {
            var logits = Enumerable.Range(0, 3001).Select(_ => round % 2 == 0 ? random.Next(-20, 20) : (random.NextSingle() - 0.5f) * 8).ToArray();
            logits[random.Next(3001)] = float.NaN;
            var expected = Enumerable.Range(0, 3001).Where(i => !float.IsNaN(logits[i])).OrderByDescending(i => logits[i]).ThenBy(i => i).Take(count);
            var keys = selection.Select(logits, count).ToArray();
            Assert.Equal(expected, keys.Select(TopSelection.TokenOf));
            Assert.All(keys, key => Assert.Equal(logits[TopSelection.TokenOf(key)], TopSelection.LogitOf(key)));
        }
    }
}
