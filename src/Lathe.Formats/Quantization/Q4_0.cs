using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>4-bit symmetric: y = d·(q − 8).</summary>
/// <remarks>f16 d @0; 16 bytes of nibbles @2, the low ones are values 0..15, the high ones 16..31.</remarks>
public readonly unsafe struct Q4_0 : IBlockQuantizer
{
    public static GgmlType Type => GgmlType.Q4_0;

    public static int BlockElements => 32;

    public static int BlockBytes => 18;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block);
        byte* nibbles = block + 2;
        for (int j = 0; j < 16; j++)
        {
            values[j] = d * ((nibbles[j] & 15) - 8);
            values[j + 16] = d * ((nibbles[j] >> 4) - 8);
        }
    }

    /// <remarks>The value of largest magnitude lands on −8, the longer end of the range. The inverse comes from d before its rounding
    /// to f16.</remarks>
    public static void QuantizeBlock(float* values, byte* block)
    {
        float d = BlockRange.SignedExtreme(values, BlockElements) / -8;
        float inverse = BlockRange.Inverse(d);
        HalfBits.Write(block, d);
        byte* nibbles = block + 2;
        for (int j = 0; j < 16; j++)
        {
            int low = BlockRange.Level((values[j] * inverse) + 8.5f, 15);
            int high = BlockRange.Level((values[j + 16] * inverse) + 8.5f, 15);
            nibbles[j] = (byte)(low | (high << 4));
        }
    }
}
