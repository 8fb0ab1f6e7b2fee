using System.Runtime.InteropServices;

namespace Lathe.Engine.Drift;

/// <summary>Measures how far a candidate's logits are from a reference's, row by row.</summary>
public sealed class DriftMeter
{
    private int _rows;
    private int _sameTop;
    private int _top5 = 5;
    private int _top20 = 20;
    private int _rankDelta;
    private int _nonFinite;
    private long _compared;
    private double _squares;
    private double _sum;
    private double _power;
    private double _maxAbs;
    private double _top20MaxAbs;
    private double _divergence;
    private double _maxDivergence;
    private bool _isBitEqual = true;

    /// <summary>Compares what two settings made of one fixture.</summary>
    public static DriftMeasures Measure(DriftRun reference, DriftRun candidate)
    {
        var meter = new DriftMeter();
        for (var row = 0; row < reference.Logits.Count; row++)
        {
            meter.Add(reference.Logits[row], candidate.Logits[row]);
        }

        // The candidate was given the reference's tokens: its own continuation is the same up to the first row in which it would have said something else.
        var equal = 0;
        while (equal < reference.Decoded.Count && TopTokens.Of(candidate.Logits[candidate.PromptRows - 1 + equal], 1)[0] == reference.Decoded[equal])
        {
            equal++;
        }

        return meter.Result(equal, reference.Decoded.Count);
    }

    /// <summary>Compares one row.</summary>
    public void Add(ReadOnlySpan<float> reference, ReadOnlySpan<float> candidate)
    {
        _rows++;
        _isBitEqual &= MemoryMarshal.AsBytes(reference).SequenceEqual(MemoryMarshal.AsBytes(candidate));
        var finite = true;
        for (var i = 0; i < reference.Length; i++)
        {
            if (!float.IsFinite(candidate[i]))
            {
                _nonFinite++;
                finite = false;
                continue;
            }

            var difference = Math.Abs((double)candidate[i] - reference[i]);
            _squares += difference * difference;
            _maxAbs = Math.Max(_maxAbs, difference);
            _sum += reference[i];
            _power += (double)reference[i] * reference[i];
            _compared++;
        }

        AddRanks(reference, candidate);
        if (finite)
        {
            AddDivergence(reference, candidate);
        }
    }

    public DriftMeasures Result(int greedyEqual = 0, int greedyTokens = 0)
    {
        var rms = _compared == 0 ? 0 : Math.Sqrt(_squares / _compared);
        var deviation = _compared == 0 ? 0 : Math.Sqrt(Math.Max(0, (_power / _compared) - Math.Pow(_sum / _compared, 2)));
        return new DriftMeasures
        {
            Rows = _rows,
            SameTop = _sameTop,
            GreedyEqual = greedyEqual,
            GreedyTokens = greedyTokens,
            Top5Overlap = _top5,
            Top20Overlap = _top20,
            MaxRankDelta = _rankDelta,
            Rms = rms,
            RelativeRms = deviation == 0 ? rms : rms / deviation,
            MaxAbs = _maxAbs,
            Top20MaxAbs = _top20MaxAbs,
            MeanDivergence = _rows == 0 ? 0 : _divergence / _rows,
            MaxDivergence = _maxDivergence,
            NonFinite = _nonFinite,
            IsBitEqual = _isBitEqual,
        };
    }

    private void AddRanks(ReadOnlySpan<float> reference, ReadOnlySpan<float> candidate)
    {
        var (expected, actual) = (TopTokens.Of(reference, 20), TopTokens.Of(candidate, 20));
        _sameTop += expected[0] == actual[0] ? 1 : 0;

        // A vocabulary of fewer tokens than that overlaps fully by having all of them.
        _top5 = Math.Min(_top5, 5 - expected.Take(5).Except(actual.Take(5)).Count());
        _top20 = Math.Min(_top20, 20 - expected.Except(actual).Count());
        for (var rank = 0; rank < expected.Length; rank++)
        {
            var found = Array.IndexOf(actual, expected[rank]);
            _rankDelta = found < 0 ? _rankDelta : Math.Max(_rankDelta, Math.Abs(found - rank));
        }

        foreach (var token in expected.Union(actual))
        {
            if (float.IsFinite(candidate[token]))
            {
                _top20MaxAbs = Math.Max(_top20MaxAbs, Math.Abs((double)candidate[token] - reference[token]));
            }
        }
    }

    private void AddDivergence(ReadOnlySpan<float> reference, ReadOnlySpan<float> candidate)
    {
        // Log-probabilities in f64 all the way: of two runs that agree nothing but rounding is left, and f32 would round more than that.
        double normalizer = LogProbabilities.Normalizer(reference), other = LogProbabilities.Normalizer(candidate);
        var divergence = 0.0;
        for (var i = 0; i < reference.Length; i++)
        {
            var log = reference[i] - normalizer;
            divergence += Math.Exp(log) * (log - (candidate[i] - other));
        }

        _divergence += Math.Max(0, divergence);
        _maxDivergence = Math.Max(_maxDivergence, divergence);
    }
}
