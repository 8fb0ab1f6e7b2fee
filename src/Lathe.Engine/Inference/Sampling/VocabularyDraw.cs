using System.Runtime.Intrinsics;

namespace Lathe.Engine.Inference.Sampling;

/// <summary>Draws from a whole vocabulary in the order of its tokens. Sums are taken in a fixed order of four lanes per chunk whatever the
/// machine's vectors are, so that they come out the same everywhere.</summary>
internal sealed class VocabularyDraw(int vocabularySize)
{
    private const int ChunkLength = 1024;

    private readonly double[] _chunks = new double[(vocabularySize + ChunkLength - 1) / ChunkLength];

    /// <summary>Sum of e^((logit - highest) / temperature) over the tokens at most <c>-distance</c> below the highest.</summary>
    public double Mass(ReadOnlySpan<float> logits, float highest, double distance, float temperature)
    {
        var total = 0.0;
        for (var chunk = 0; chunk < _chunks.Length; chunk++)
        {
            total += _chunks[chunk] = ChunkMass(ChunkOf(logits, chunk), highest, distance, temperature);
        }

        return total;
    }

    /// <summary>Draws one of the tokens whose logit is at most <c>-distance</c> below the highest.</summary>
    public int Draw(ReadOnlySpan<float> logits, float highest, double distance, float temperature, ref Xoshiro256 random)
    {
        var target = random.NextDouble() * Mass(logits, highest, distance, temperature);
        var chunk = 0;
        var lastChunk = _chunks.AsSpan().LastIndexOfAnyExcept(0.0);
        while (chunk < lastChunk && target >= _chunks[chunk])
        {
            target -= _chunks[chunk++];
        }

        var values = ChunkOf(logits, chunk);
        var chosen = -1;
        for (var i = 0; i < values.Length; i++)
        {
            var weight = Weight(Vector256.Create((double)values[i]), highest, distance, temperature).ToScalar();
            if (weight > 0)
            {
                // Rounding may leave a remainder at the end of the chunk: it goes to the chunk's last token that has any weight.
                chosen = i;
                target -= weight;
                if (target < 0)
                {
                    break;
                }
            }
        }

        return (chunk * ChunkLength) + chosen;
    }

    private static ReadOnlySpan<float> ChunkOf(ReadOnlySpan<float> logits, int chunk) =>
        logits.Slice(chunk * ChunkLength, Math.Min(ChunkLength, logits.Length - (chunk * ChunkLength)));

    private static double ChunkMass(ReadOnlySpan<float> logits, float highest, double distance, float temperature)
    {
        var lanes = Vector256<double>.Zero;
        var i = 0;
        for (; i <= logits.Length - 4; i += 4)
        {
            var (lower, upper) = Vector128.Widen(Vector128.Create(logits[i..]));
            lanes += Weight(Vector256.Create(lower, upper), highest, distance, temperature);
        }

        var mass = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
        for (; i < logits.Length; i++)
        {
            mass += Weight(Vector256.Create((double)logits[i]), highest, distance, temperature).ToScalar();
        }

        return mass;
    }

    /// <summary>0 for NaN: it fails the comparison with the distance.</summary>
    private static Vector256<double> Weight(Vector256<double> logits, float highest, double distance, float temperature)
    {
        var below = logits - Vector256.Create((double)highest);
        var weight = PortableMath.Exp(below / Vector256.Create((double)temperature));
        return Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(below, Vector256.Create(distance)), weight, Vector256<double>.Zero);
    }
}
