namespace Lathe.Engine.Inference.Sampling;

/// <summary>Chooses the next token from a model's logits. One sampler serves one text: it remembers the accepted tokens for the penalties and
/// holds the state of the random generator. Allocates nothing after construction. Not thread-safe.</summary>
/// <remarks>The choice depends on nothing but options, seed, accepted tokens and logits: it is the same on every platform. Ties go to the lower
/// token. NaN and negative infinity are never chosen; positive infinity is chosen at once.</remarks>
public sealed class Sampler
{
    /// <summary>Most draws end within this many tokens; top-p looks further only when they do not.</summary>
    private const int FirstPrefix = 64;

    private const int PrefixGrowth = 16;

    private readonly SamplingOptions _options;
    private readonly KeyValuePair<int, float>[] _bias;
    private readonly TokenHistory _history;
    private readonly TopSelection? _selection;
    private readonly double[] _weights;
    private readonly VocabularyDraw? _wholeVocabulary;
    private readonly double _minPDistance;
    private Xoshiro256 _random;

    /// <param name="options">How to choose.</param>
    /// <param name="vocabularySize">Logits per call.</param>
    /// <exception cref="SamplingException">An option is out of its range.</exception>
    public Sampler(SamplingOptions options, int vocabularySize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 1);
        options.Validate();
        _options = options;
        VocabularySize = vocabularySize;
        Seed = options.Seed ?? (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue);
        _random = new Xoshiro256(Seed);
        _bias = [.. options.LogitBias ?? new Dictionary<int, float>()];
        foreach (var (token, _) in _bias)
        {
            if (token >= vocabularySize)
            {
                throw new SamplingException($"LogitBias names token {token}, expected ids below the vocabulary's {vocabularySize}.");
            }
        }

        _history = new TokenHistory(options.HasPenalties ? options.RepetitionWindow : 0);
        _minPDistance = PortableMath.Log(options.MinP);

        var limit = options.TopK > 0 ? Math.Min(options.TopK, vocabularySize) : vocabularySize;
        if (options.Temperature > 0 && (limit < vocabularySize || options.TopP < 1))
        {
            _selection = new TopSelection(limit);
            _weights = new double[limit];
        }
        else
        {
            _weights = [];
        }

        // The other user is top-p without top-k: it needs the mass of the whole vocabulary.
        _wholeVocabulary = options.Temperature > 0 && limit == vocabularySize ? new VocabularyDraw(vocabularySize) : null;
    }

    public int VocabularySize { get; }

    /// <summary>The seed in use: the options' own, or the one that was drawn in its place.</summary>
    public ulong Seed { get; }

    /// <summary>True if it always chooses the token of the highest logit as the model computed it, so that whoever knows that token need not ask.</summary>
    public bool IsGreedy => _options.Temperature == 0 && _bias.Length == 0 && !_options.HasPenalties;

    /// <summary>Chooses a token. It is not remembered until it is accepted.</summary>
    /// <param name="logits"><c>[vocabulary]</c>; bias and penalties are written into it.</param>
    /// <exception cref="SamplingException">Every logit is NaN or negative infinity.</exception>
    public int Sample(Span<float> logits)
    {
        if (logits.Length != VocabularySize)
        {
            throw new ArgumentException($"{logits.Length} logits for a vocabulary of {VocabularySize}", nameof(logits));
        }

        foreach (var (token, bias) in _bias)
        {
            logits[token] += bias;
        }

        _history.Penalize(logits, _options);
        var best = ArgMax.Of(logits);
        if (best < 0)
        {
            throw new SamplingException($"None of the {logits.Length} logits is a number above negative infinity: there is no token to choose.");
        }

        if (_options.Temperature == 0 || float.IsPositiveInfinity(logits[best]))
        {
            return best;
        }

        return _selection is null
            ? _wholeVocabulary!.Draw(logits, logits[best], _minPDistance, _options.Temperature, ref _random)
            : DrawFromPrefix(SelectPrefix(logits, logits[best]));
    }

    /// <summary>Remembers a token of the text, chosen or given, for the penalties.</summary>
    public void Accept(int token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, VocabularySize);
        _history.Add(token);
    }

    /// <summary>Back to the state after construction: nothing accepted, the generator at its seed.</summary>
    public void Reset()
    {
        _history.Clear();
        _random = new Xoshiro256(Seed);
    }

    /// <summary>What top-k, top-p and min-p leave. Each keeps a prefix of the tokens in falling order, so together they keep the shortest.</summary>
    private ReadOnlySpan<ulong> SelectPrefix(ReadOnlySpan<float> logits, float highest)
    {
        var limit = _weights.Length;
        if (limit < VocabularySize)
        {
            var top = _selection!.Select(logits, limit);
            return CutByMinP(top[..CutByTopP(top, Mass(top))]);
        }

        // Without top-k: the mass of all tokens, then as many of the highest as it takes to reach the part of it that is wanted.
        var total = _wholeVocabulary!.Mass(logits, highest, double.NegativeInfinity, temperature: 1);
        for (var count = Math.Min(FirstPrefix, limit); ; count = (int)Math.Min((long)count * PrefixGrowth, limit))
        {
            var prefix = CutByMinP(_selection!.Select(logits, count));
            var kept = CutByTopP(prefix, total);
            if (kept < prefix.Length || prefix.Length < count || count == limit)
            {
                return prefix[..kept];
            }
        }
    }

    /// <summary>How many tokens reach top-p of <paramref name="total"/>; all if they never do.</summary>
    private int CutByTopP(ReadOnlySpan<ulong> prefix, double total)
    {
        if (_options.TopP == 1)
        {
            return prefix.Length;
        }

        var wanted = _options.TopP * total;
        var reached = 0.0;
        var highest = TopSelection.LogitOf(prefix[0]);
        for (var i = 0; i < prefix.Length; i++)
        {
            reached += PortableMath.Exp((double)TopSelection.LogitOf(prefix[i]) - highest);
            if (reached >= wanted)
            {
                return i + 1;
            }
        }

        return prefix.Length;
    }

    private ReadOnlySpan<ulong> CutByMinP(ReadOnlySpan<ulong> prefix)
    {
        var highest = TopSelection.LogitOf(prefix[0]);
        var kept = 1;
        while (kept < prefix.Length && (double)TopSelection.LogitOf(prefix[kept]) - highest >= _minPDistance)
        {
            kept++;
        }

        return prefix[..kept];
    }

    private static double Mass(ReadOnlySpan<ulong> prefix)
    {
        var mass = 0.0;
        var highest = TopSelection.LogitOf(prefix[0]);
        foreach (var key in prefix)
        {
            mass += PortableMath.Exp((double)TopSelection.LogitOf(key) - highest);
        }

        return mass;
    }

    private int DrawFromPrefix(ReadOnlySpan<ulong> prefix)
    {
        var weights = _weights.AsSpan(0, prefix.Length);
        var highest = TopSelection.LogitOf(prefix[0]);
        var total = 0.0;
        for (var i = 0; i < prefix.Length; i++)
        {
            weights[i] = PortableMath.Exp(((double)TopSelection.LogitOf(prefix[i]) - highest) / _options.Temperature);
            total += weights[i];
        }

        var target = _random.NextDouble() * total;
        var last = 0;
        while (last < prefix.Length - 1 && (target -= weights[last]) >= 0)
        {
            last++;
        }

        return TopSelection.TokenOf(prefix[last]);
    }
}
