namespace Lathe.Formats.Quantization;

/// <summary>What the reference quantisers need to know of a block before they choose its scale. NaN never wins a comparison, so a NaN
/// among the values does not spread to its neighbours' scale.</summary>
internal static unsafe class BlockRange
{
    /// <summary>The value of largest magnitude, with its sign; the first of equals; 0 when there is none.</summary>
    public static float SignedExtreme(float* values, int count)
    {
        float magnitude = 0;
        float extreme = 0;
        for (int i = 0; i < count; i++)
        {
            float candidate = MathF.Abs(values[i]);
            if (candidate > magnitude)
            {
                magnitude = candidate;
                extreme = values[i];
            }
        }

        return extreme;
    }

    /// <summary>The smallest and the largest value; (0, 0) when every value is NaN.</summary>
    public static (float Min, float Max) MinMax(float* values, int count)
    {
        float min = float.PositiveInfinity;
        float max = float.NegativeInfinity;
        for (int i = 0; i < count; i++)
        {
            if (values[i] < min)
            {
                min = values[i];
            }

            if (values[i] > max)
            {
                max = values[i];
            }
        }

        return min > max ? (0, 0) : (min, max);
    }

    /// <summary>1/<paramref name="scale"/>, and 0 for a block of zeros.</summary>
    public static float Inverse(float scale) => scale == 0 ? 0 : 1 / scale;

    /// <summary>Truncates to an integer in 0..<paramref name="max"/>; NaN gives 0.</summary>
    public static int Level(float value, int max) => Math.Clamp((int)value, 0, max);
}
