using System.Numerics;

namespace Lathe.Engine.Inference.Sampling;

/// <summary>The index of the highest logit.</summary>
public static class ArgMax
{
    private const int ChunkLength = 1024;

    /// <summary>Index of the highest value, the lowest index among equals. NaN and negative infinity are never chosen; -1 if there is nothing else.</summary>
    public static int Of(ReadOnlySpan<float> values)
    {
        // The vectors find in which chunk the maximum first appears; only that chunk is searched for its place.
        var best = float.NegativeInfinity;
        var bestStart = -1;
        for (var start = 0; start < values.Length; start += ChunkLength)
        {
            var highest = Highest(values.Slice(start, Math.Min(ChunkLength, values.Length - start)));
            if (highest > best)
            {
                (best, bestStart) = (highest, start);
            }
        }

        if (bestStart < 0)
        {
            return -1;
        }

        var index = bestStart;
        while (values[index] != best)
        {
            index++;
        }

        return index;
    }

    /// <summary>A comparison with NaN is false, so NaN never replaces what was found before.</summary>
    private static float Highest(ReadOnlySpan<float> values)
    {
        var highest = float.NegativeInfinity;
        var i = 0;
        if (values.Length >= Vector<float>.Count)
        {
            var lanes = new Vector<float>(float.NegativeInfinity);
            for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                var next = new Vector<float>(values[i..]);
                lanes = Vector.ConditionalSelect(Vector.GreaterThan(next, lanes), next, lanes);
            }

            for (var lane = 0; lane < Vector<float>.Count; lane++)
            {
                highest = lanes[lane] > highest ? lanes[lane] : highest;
            }
        }

        for (; i < values.Length; i++)
        {
            highest = values[i] > highest ? values[i] : highest;
        }

        return highest;
    }
}
