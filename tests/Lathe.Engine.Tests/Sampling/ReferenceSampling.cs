using Lathe.Engine.Inference.Sampling;

namespace Lathe.Engine.Tests.Sampling;

/// <summary>Token probabilities under the options, written down from the definitions in f64 with full sorts and the platform's exponential.</summary>
internal static class ReferenceSampling
{
    public static double[] Probabilities(ReadOnlySpan<float> logits, SamplingOptions options, IReadOnlyList<int>? history = null)
    {
        var z = Adjusted(logits, options, history ?? []);
        var order = Enumerable.Range(0, z.Length).Where(i => z[i] > double.NegativeInfinity).OrderByDescending(i => z[i]).ThenBy(i => i).ToList();
        if (options.TopK > 0)
        {
            order = [.. order.Take(options.TopK)];
        }

        var p = Softmax(z, order, 1);
        var kept = order.Count;
        if (options.TopP < 1)
        {
            var sum = 0.0;
            kept = 0;
            do
            {
                sum += p[kept++];
            }
            while (kept < order.Count && sum < options.TopP);
        }

        order = [.. order.Take(kept).Where((_, rank) => rank == 0 || p[rank] >= options.MinP * p[0])];
        var result = new double[z.Length];
        var final = options.Temperature == 0 ? null : Softmax(z, order, options.Temperature);
        for (var rank = 0; rank < order.Count; rank++)
        {
            result[order[rank]] = final?[rank] ?? (rank == 0 ? 1 : 0);
        }

        return result;
    }

    private static double[] Adjusted(ReadOnlySpan<float> logits, SamplingOptions options, IReadOnlyList<int> history)
    {
        var z = logits.ToArray().Select(x => (double)x).ToArray();
        foreach (var (token, bias) in options.LogitBias ?? new Dictionary<int, float>())
        {
            z[token] += bias;
        }

        foreach (var group in history.TakeLast(options.RepetitionWindow).GroupBy(token => token))
        {
            var x = z[group.Key];
            x = x > 0 ? x / options.RepetitionPenalty : x * options.RepetitionPenalty;
            z[group.Key] = x - (group.Count() * (double)options.FrequencyPenalty) - options.PresencePenalty;
        }

        return z;
    }

    private static double[] Softmax(double[] z, List<int> order, double temperature)
    {
        var weights = order.Select(i => Math.Exp((z[i] - z[order[0]]) / temperature)).ToArray();
        var sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }
}
