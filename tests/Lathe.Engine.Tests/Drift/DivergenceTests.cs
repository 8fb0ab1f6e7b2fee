using Lathe.Engine.Drift;

namespace Lathe.Engine.Tests.Drift;

public sealed class DivergenceTests
{
    [Fact]
    public void Perplexity_is_the_exponential_of_the_mean_and_its_error_the_standard_error()
    {
        var perplexity = new Perplexity();
        double[] values = [1, 2, 3, 6];
        foreach (var value in values)
        {
            perplexity.Add(value);
        }

        Assert.Equal(Math.Exp(3), perplexity.Value, 1e-12);

        // Mean 3, squared deviations 4 + 1 + 0 + 9: variance 3.5 over n, standard error sqrt(3.5 / 3).
        Assert.Equal(Math.Exp(3) * Math.Sqrt(3.5 / 3), perplexity.Error, 1e-10);
    }

    [Fact]
    public void Log_probabilities_sum_to_one_however_large_the_logits_are()
    {
        float[] logits = [1000, 999, -500];
        var logs = new float[3];
        LogProbabilities.Write(logits, logs);
        Assert.Equal(1, logs.Sum(log => Math.Exp(log)), 1e-6);
        Assert.Equal(-Math.Log(1 + Math.Exp(-1)), logs[0], 1e-4);
    }

    [Fact]
    public void Divergence_of_known_distributions()
    {
        // Base (1/2, 1/4, 1/4), model (1/4, 1/2, 1/4): KL = 1/2 ln 2 - 1/4 ln 2.
        var divergence = new Divergence();
        float[] baseLogs = [MathF.Log(0.5f), MathF.Log(0.25f), MathF.Log(0.25f)];
        divergence.Add(0, baseLogs, [7 + MathF.Log(0.25f), 7 + MathF.Log(0.5f), 7 + MathF.Log(0.25f)]);
        divergence.Add(2, baseLogs, baseLogs);
        Assert.Equal(0.25 * Math.Log(2) / 2, divergence.Mean, 1e-6);
        Assert.Equal(0.25 * Math.Log(2), divergence.Quantile(1), 1e-6);
        Assert.Equal(0.125 * Math.Log(2), divergence.Quantile(0.5), 1e-6);
        Assert.Equal(0.5, divergence.SameTop);
        Assert.Equal(-0.25 / 2, divergence.MeanDeltaP, 1e-6);
        Assert.Equal(0.25 / Math.Sqrt(2), divergence.RmsDeltaP, 1e-6);
        Assert.Equal(Math.Sqrt(8), divergence.Base.Value, 1e-5);
        Assert.Equal(4, divergence.Model.Value, 1e-5);
    }

    [Fact]
    public void What_the_base_thinks_impossible_weighs_nothing() =>
        Assert.Equal(0, Divergence.Of([0, float.NegativeInfinity], [0, float.NegativeInfinity], normalizer: 0));
}
