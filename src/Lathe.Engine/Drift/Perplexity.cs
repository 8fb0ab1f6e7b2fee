namespace Lathe.Engine.Drift;

/// <summary>How well a model foresees a text: exp of the mean negative log-probability of the tokens that were scored.</summary>
public sealed class Perplexity
{
    private double _sum;
    private double _squares;

    /// <summary>Tokens scored so far.</summary>
    public int Tokens { get; private set; }

    /// <summary>Mean negative log-probability, in nats.</summary>
    public double MeanNegativeLog => _sum / Tokens;

    public double Value => Math.Exp(MeanNegativeLog);

    /// <summary>Standard error of <see cref="Value"/>, to first order: the value times the standard error of the mean.</summary>
    public double Error
    {
        get
        {
            var variance = (_squares / Tokens) - (MeanNegativeLog * MeanNegativeLog);
            return Tokens > 1 && variance > 0 ? Value * Math.Sqrt(variance / (Tokens - 1)) : 0;
        }
    }

    /// <param name="negativeLog">-ln of the probability that the model gave to the token that came.</param>
    public void Add(double negativeLog)
    {
        _sum += negativeLog;
        _squares += negativeLog * negativeLog;
        Tokens++;
    }
}
