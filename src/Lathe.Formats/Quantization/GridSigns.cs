using System.Numerics;

namespace Lathe.Formats.Quantization;

/// <summary>Signs of eight values: bit j set makes value j negative.</summary>
public static unsafe class GridSigns
{
    /// <summary>IQ2_XXS, IQ2_XS and IQ3_XXS store seven signs of each eight; the eighth makes the number of minus signs even.</summary>
    public static int WithParity(int sevenSigns) => sevenSigns | ((BitOperations.PopCount((uint)sevenSigns) & 1) << 7);

    /// <summary>Writes <paramref name="count"/> magnitudes times <paramref name="scale"/>, negated where <paramref name="signs"/> says so.</summary>
    internal static void Apply(float scale, byte* magnitudes, int signs, float* values, int count)
    {
        for (int j = 0; j < count; j++)
        {
            // Flipping the sign bit instead of branching: signs are coin tosses, and half of the branches would be mispredicted.
            int magnitude = BitConverter.SingleToInt32Bits(scale * magnitudes[j]);
            values[j] = BitConverter.Int32BitsToSingle(magnitude ^ ((signs >> j) << 31));
        }
    }
}
