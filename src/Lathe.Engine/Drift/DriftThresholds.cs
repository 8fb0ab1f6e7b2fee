using System.Globalization;

namespace Lathe.Engine.Drift;

/// <summary>Limits of drift; null where nothing is asked. Logits that are not finite break every set of limits.</summary>
public sealed record DriftThresholds
{
    /// <summary>No limits but finite logits.</summary>
    public static DriftThresholds None { get; } = new();

    public double? RelativeRms { get; init; }

    public double? MaxAbs { get; init; }

    public double? Top20MaxAbs { get; init; }

    public double? MeanDivergence { get; init; }

    /// <summary>Least share of the rows with the same most probable token.</summary>
    public double? SameTop { get; init; }

    public double? Top20Overlap { get; init; }

    /// <summary>One sentence for each limit that is broken.</summary>
    public IReadOnlyList<string> Breaches(DriftMeasures measures)
    {
        var breaches = new List<string>();
        if (measures.NonFinite > 0)
        {
            breaches.Add($"{measures.NonFinite} logits are not finite");
        }

        AtMost("relative rms", measures.RelativeRms, RelativeRms);
        AtMost("max abs", measures.MaxAbs, MaxAbs);
        AtMost("top-20 max abs", measures.Top20MaxAbs, Top20MaxAbs);
        AtMost("mean KL divergence", measures.MeanDivergence, MeanDivergence);
        AtLeast("share of rows with the same top token", (double)measures.SameTop / measures.Rows, SameTop);
        AtLeast("top-20 overlap", measures.Top20Overlap, Top20Overlap);
        return breaches;

        // Negated, so that a NaN breaks the limit.
        void AtMost(string name, double value, double? limit)
        {
            if (limit is { } most && !(value <= most))
            {
                breaches.Add(string.Create(CultureInfo.InvariantCulture, $"{name} is {value:g3}, at most {most:g3} allowed"));
            }
        }

        void AtLeast(string name, double value, double? limit)
        {
            if (limit is { } least && !(value >= least))
            {
                breaches.Add(string.Create(CultureInfo.InvariantCulture, $"{name} is {value:g3}, at least {least:g3} asked for"));
            }
        }
    }
}
