using Lathe.Engine.Inference.Sampling;

namespace Lathe.Engine.Drift;

/// <summary>How far a model's predictions are from those of a base, token by token. The divergence of one token is
/// <c>KL(base ‖ model) = Σ p_base (ln p_base - ln p_model)</c> over the vocabulary, in nats; Δp is what the model gives to the token that came, less what
/// the base gives.</summary>
public sealed class Divergence
{
    private readonly List<double> _divergences = [];
    private double _sum;
    private double _squares;
    private double _deltas;
    private double _squaredDeltas;
    private int _sameTop;

    public int Tokens => _divergences.Count;

    /// <summary>Perplexity of the base on the same tokens.</summary>
    public Perplexity Base { get; } = new();

    /// <summary>Perplexity of the model that is compared.</summary>
    public Perplexity Model { get; } = new();

    public double Mean => _sum / Tokens;

    /// <summary>Standard error of <see cref="Mean"/>.</summary>
    public double MeanError => Tokens > 1 ? Math.Sqrt(Math.Max(0, (_squares / Tokens) - (Mean * Mean)) / (Tokens - 1)) : 0;

    public double MeanDeltaP => _deltas / Tokens;

    public double RmsDeltaP => Math.Sqrt(_squaredDeltas / Tokens);

    /// <summary>Share of the tokens for which both think the same one most probable.</summary>
    public double SameTop => (double)_sameTop / Tokens;

    /// <summary>The divergence below which a share of the tokens lies, between neighbours by straight line.</summary>
    /// <param name="share">0.5 for the median, 1 for the largest.</param>
    public double Quantile(double share)
    {
        var sorted = _divergences.Order().ToArray();
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }

    /// <param name="token">The token that came.</param>
    /// <param name="baseLogs">The base's log-probabilities.</param>
    /// <param name="logits">The model's logits.</param>
    public void Add(int token, ReadOnlySpan<float> baseLogs, ReadOnlySpan<float> logits)
    {
        var normalizer = LogProbabilities.Normalizer(logits);
        var divergence = Of(baseLogs, logits, normalizer);
        _divergences.Add(divergence);
        _sum += divergence;
        _squares += divergence * divergence;

        var (baseLog, log) = ((double)baseLogs[token], logits[token] - normalizer);
        Base.Add(-baseLog);
        Model.Add(-log);
        var delta = Math.Exp(log) - Math.Exp(baseLog);
        _deltas += delta;
        _squaredDeltas += delta * delta;
        _sameTop += ArgMax.Of(baseLogs) == ArgMax.Of(logits) ? 1 : 0;
    }

    /// <summary>The divergence of one token.</summary>
    /// <param name="normalizer"><see cref="LogProbabilities.Normalizer"/> of the logits.</param>
    public static double Of(ReadOnlySpan<float> baseLogs, ReadOnlySpan<float> logits, double normalizer)
    {
        var sum = 0.0;
        for (var i = 0; i < logits.Length; i++)
        {
            var probability = Math.Exp(baseLogs[i]);

            // What the base thinks impossible weighs nothing, whatever the other thinks.
            sum += probability == 0 ? 0 : probability * (baseLogs[i] - (logits[i] - normalizer));
        }

        return sum;
    }
}
