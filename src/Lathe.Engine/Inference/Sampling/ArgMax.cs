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
    private static Vector<float> Higher(Vector<float> next, Vector<float> known) => Vector.ConditionalSelect(Vector.GreaterThan(next, known), next, known);

    private static float Highest(ReadOnlySpan<float> values)
    {
        var highest = float.NegativeInfinity;
        var i = 0;
        var width = Vector<float>.Count;
        if (values.Length >= 4 * width)
        {
            // Four of them, because each comparison would wait for the one before.
            var (first, second) = (new Vector<float>(float.NegativeInfinity), new Vector<float>(float.NegativeInfinity));
            var (third, fourth) = (first, second);
            for (; i <= values.Length - (4 * width); i += 4 * width)
            {
                first = Higher(new Vector<float>(values[i..]), first);
                second = Higher(new Vector<float>(values[(i + width)..]), second);
                third = Higher(new Vector<float>(values[(i + (2 * width))..]), third);
                fourth = Higher(new Vector<float>(values[(i + (3 * width))..]), fourth);
            }

            var lanes = Higher(Higher(first, second), Higher(third, fourth));
            for (var lane = 0; lane < width; lane++)
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
