namespace Lathe.Engine.Drift;

/// <summary>How far two runs are apart, over all rows of logits that were compared.</summary>
public sealed record DriftMeasures
{
    /// <summary>Rows compared.</summary>
    public required int Rows { get; init; }

    /// <summary>Rows in which both have the same most probable token.</summary>
    public required int SameTop { get; init; }

    /// <summary>Tokens that a greedy continuation has in common before the first that differs.</summary>
    public required int GreedyEqual { get; init; }

    /// <summary>Of how many.</summary>
    public required int GreedyTokens { get; init; }

    /// <summary>Fewest tokens that the five most probable of both have in common in a row.</summary>
    public required int Top5Overlap { get; init; }

    /// <summary>The same of the twenty most probable.</summary>
    public required int Top20Overlap { get; init; }

    /// <summary>Most places by which a token of the reference's top twenty has moved within the candidate's.</summary>
    public required int MaxRankDelta { get; init; }

    /// <summary>Root mean square of the differences over rows and vocabulary.</summary>
    public required double Rms { get; init; }

    /// <summary><see cref="Rms"/> as a share of the standard deviation of the reference's logits: comparable between models.</summary>
    public required double RelativeRms { get; init; }

    public required double MaxAbs { get; init; }

    /// <summary>Largest difference among the tokens that are in the top twenty of either.</summary>
    public required double Top20MaxAbs { get; init; }

    /// <summary>Mean over the rows of KL(reference ‖ candidate), in nats.</summary>
    public required double MeanDivergence { get; init; }

    public required double MaxDivergence { get; init; }

    /// <summary>Logits of the candidate that are infinite or not numbers.</summary>
    public required int NonFinite { get; init; }

    /// <summary>True if every bit of every logit is the same.</summary>
    public required bool IsBitEqual { get; init; }

    /// <summary>The worst of several, measure by measure.</summary>
    public static DriftMeasures Worst(IReadOnlyCollection<DriftMeasures> all) => new()
    {
        Rows = all.Sum(measures => measures.Rows),
        SameTop = all.Sum(measures => measures.SameTop),
        GreedyEqual = all.Min(measures => measures.GreedyEqual),
        GreedyTokens = all.Min(measures => measures.GreedyTokens),
        Top5Overlap = all.Min(measures => measures.Top5Overlap),
        Top20Overlap = all.Min(measures => measures.Top20Overlap),
        MaxRankDelta = all.Max(measures => measures.MaxRankDelta),
        Rms = all.Max(measures => measures.Rms),
        RelativeRms = all.Max(measures => measures.RelativeRms),
        MaxAbs = all.Max(measures => measures.MaxAbs),
        Top20MaxAbs = all.Max(measures => measures.Top20MaxAbs),
        MeanDivergence = all.Max(measures => measures.MeanDivergence),
        MaxDivergence = all.Max(measures => measures.MaxDivergence),
        NonFinite = all.Sum(measures => measures.NonFinite),
        IsBitEqual = all.All(measures => measures.IsBitEqual),
    };
}
