using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>4-bit non-linear: y = d·<see cref="Levels"/>[q].</summary>
/// <remarks>f16 d @0; 16 bytes of nibbles @2, the low ones are values 0..15, the high ones 16..31.</remarks>
public readonly unsafe struct IQ4_NL : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ4_NL;

    public static int BlockElements => 32;

    public static int BlockBytes => 18;

    /// <summary>The sixteen levels, denser around zero, where weights are; <see cref="IQ4_XS"/> shares them.</summary>
    public static ReadOnlySpan<sbyte> Levels => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block);
        byte* nibbles = block + 2;
        for (int j = 0; j < 16; j++)
        {
            values[j] = d * Levels[nibbles[j] & 15];
            values[j + 16] = d * Levels[nibbles[j] >> 4];
        }
    }
}
