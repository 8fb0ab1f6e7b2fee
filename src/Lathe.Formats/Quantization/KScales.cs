namespace Lathe.Formats.Quantization;

/// <summary>The eight 6-bit scales and eight 6-bit minima that Q4_K and Q5_K pack into 12 bytes.</summary>
public static unsafe class KScales
{
    /// <summary>Unpacks the pair of group <paramref name="group"/>, 0..7.</summary>
    /// <remarks>Groups 0..3 lie in the low six bits of bytes 0..3 (scales) and 4..7 (minima). Groups 4..7 have their low nibbles in bytes 8..11
    /// (scale low, minimum high) and their upper two bits in the two bits that were left over above.</remarks>
    public static (int Scale, int Min) Unpack(byte* packed, int group)
    {
        if (group < 4)
        {
            return (packed[group] & 63, packed[group + 4] & 63);
        }

        int scale = (packed[group + 4] & 15) | (packed[group - 4] >> 6 << 4);
        int min = (packed[group + 4] >> 4) | (packed[group] >> 6 << 4);
        return (scale, min);
    }
}
