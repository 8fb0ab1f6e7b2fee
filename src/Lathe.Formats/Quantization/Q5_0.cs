using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>5-bit symmetric: y = d·(q − 16).</summary>
/// <remarks>f16 d @0; u32 of fifth bits @2, bit i for value i; 16 bytes of nibbles @6, the low ones are values 0..15, the high ones 16..31.</remarks>
public readonly unsafe struct Q5_0 : IBlockQuantizer
{
    public static GgmlType Type => GgmlType.Q5_0;

    public static int BlockElements => 32;

    public static int BlockBytes => 22;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block);
        uint fifth = LittleEndian.ReadUInt32(block + 2);
        byte* nibbles = block + 6;
        for (int j = 0; j < 16; j++)
        {
            int low = (nibbles[j] & 15) | (int)((fifth >> j) & 1) << 4;
            int high = (nibbles[j] >> 4) | (int)((fifth >> (j + 16)) & 1) << 4;
            values[j] = d * (low - 16);
            values[j + 16] = d * (high - 16);
        }
    }

    /// <remarks>The value of largest magnitude lands on −16, the longer end of the range. The inverse comes from d before its rounding
    /// to f16.</remarks>
    public static void QuantizeBlock(float* values, byte* block)
    {
        float d = BlockRange.SignedExtreme(values, BlockElements) / -16;
        float inverse = BlockRange.Inverse(d);
        HalfBits.Write(block, d);
        byte* nibbles = block + 6;
        uint fifth = 0;
        for (int j = 0; j < 16; j++)
        {
            int low = BlockRange.Level((values[j] * inverse) + 16.5f, 31);
            int high = BlockRange.Level((values[j + 16] * inverse) + 16.5f, 31);
            nibbles[j] = (byte)((low & 15) | ((high & 15) << 4));
            fifth |= ((uint)low >> 4 << j) | ((uint)high >> 4 << (j + 16));
        }

        LittleEndian.WriteUInt32(block + 2, fifth);
    }
}
