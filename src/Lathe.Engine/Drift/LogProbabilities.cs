namespace Lathe.Engine.Drift;

/// <summary>Logits as logarithms of probabilities, summed in f64.</summary>
public static class LogProbabilities
{
    /// <summary><c>ln Σ e^logit</c>: what a logit is lessened by to be the logarithm of its probability.</summary>
    public static double Normalizer(ReadOnlySpan<float> logits)
    {
        var highest = double.NegativeInfinity;
        foreach (var logit in logits)
        {
            highest = Math.Max(highest, logit);
        }

        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - highest);
        }

        return highest + Math.Log(sum);
    }

    /// <summary>Writes the logarithm of each token's probability.</summary>
    public static void Write(ReadOnlySpan<float> logits, Span<float> target)
    {
        var normalizer = Normalizer(logits);
        for (var i = 0; i < logits.Length; i++)
        {
            target[i] = (float)(logits[i] - normalizer);
        }
    }
}
