using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>4-bit with an offset: y = d·q + m.</summary>
/// <remarks>f16 d @0; f16 m @2; 16 bytes of nibbles @4, the low ones are values 0..15, the high ones 16..31.</remarks>
public readonly unsafe struct Q4_1 : IBlockQuantizer
{
    public static GgmlType Type => GgmlType.Q4_1;

    public static int BlockElements => 32;

    public static int BlockBytes => 20;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block);
        float m = HalfBits.Read(block + 2);
        byte* nibbles = block + 4;
        for (int j = 0; j < 16; j++)
        {
            values[j] = ((nibbles[j] & 15) * d) + m;
            values[j + 16] = ((nibbles[j] >> 4) * d) + m;
        }
    }

    /// <remarks>The range min..max is cut into 15 steps. The inverse comes from d before its rounding to f16.</remarks>
    public static void QuantizeBlock(float* values, byte* block)
    {
        (float min, float max) = BlockRange.MinMax(values, BlockElements);
        float d = (max - min) / 15;
        float inverse = BlockRange.Inverse(d);
        HalfBits.Write(block, d);
        HalfBits.Write(block + 2, min);
        byte* nibbles = block + 4;
        for (int j = 0; j < 16; j++)
        {
            int low = BlockRange.Level(((values[j] - min) * inverse) + 0.5f, 15);
            int high = BlockRange.Level(((values[j + 16] - min) * inverse) + 0.5f, 15);
            nibbles[j] = (byte)(low | (high << 4));
        }
    }
}
