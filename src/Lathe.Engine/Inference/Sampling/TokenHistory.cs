namespace Lathe.Engine.Inference.Sampling;

/// <summary>The last tokens of a text and how often each is among them, for the penalties.</summary>
/// <param name="window">How many tokens it remembers.</param>
internal sealed class TokenHistory(int window)
{
    private readonly int[] _ring = new int[window];

    // Never more entries than the window has tokens, so the dictionary never grows.
    private readonly Dictionary<int, int> _counts = new(window + 1);
    private int _next;
    private int _held;

    public void Add(int token)
    {
        if (_ring.Length == 0)
        {
            return;
        }

        if (_held == _ring.Length)
        {
            Forget(_ring[_next]);
        }
        else
        {
            _held++;
        }

        _ring[_next] = token;
        _next = (_next + 1) % _ring.Length;
        _counts[token] = _counts.GetValueOrDefault(token) + 1;
    }

    public void Clear()
    {
        _counts.Clear();
        (_next, _held) = (0, 0);
    }

    /// <summary>Lowers the logits of the remembered tokens: the repetition penalty (Keskar et al. 2019, "CTRL") divides or multiplies by sign,
    /// the other two subtract.</summary>
    public void Penalize(Span<float> logits, SamplingOptions options)
    {
        foreach (var (token, count) in _counts)
        {
            ref var logit = ref logits[token];
            logit = logit > 0 ? logit / options.RepetitionPenalty : logit * options.RepetitionPenalty;
            logit -= (count * options.FrequencyPenalty) + options.PresencePenalty;
        }
    }

    private void Forget(int token)
    {
        var left = _counts[token] - 1;
        if (left == 0)
        {
            _counts.Remove(token);
        }
        else
        {
            _counts[token] = left;
        }
    }
}
