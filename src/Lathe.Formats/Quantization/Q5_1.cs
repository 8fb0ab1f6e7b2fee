using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>5-bit with an offset: y = d·q + m.</summary>
/// <remarks>f16 d @0; f16 m @2; u32 of fifth bits @4, bit i for value i; 16 bytes of nibbles @8, the low ones are values 0..15, the high ones
/// 16..31.</remarks>
public readonly unsafe struct Q5_1 : IBlockQuantizer
{
    public static GgmlType Type => GgmlType.Q5_1;

    public static int BlockElements => 32;

    public static int BlockBytes => 24;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block);
        float m = HalfBits.Read(block + 2);
        uint fifth = LittleEndian.ReadUInt32(block + 4);
        byte* nibbles = block + 8;
        for (int j = 0; j < 16; j++)
        {
            int low = (nibbles[j] & 15) | (int)((fifth >> j) & 1) << 4;
            int high = (nibbles[j] >> 4) | (int)((fifth >> (j + 16)) & 1) << 4;
            values[j] = (low * d) + m;
            values[j + 16] = (high * d) + m;
        }
    }

    /// <remarks>The range min..max is cut into 31 steps. The inverse comes from d before its rounding to f16.</remarks>
    public static void QuantizeBlock(float* values, byte* block)
    {
        (float min, float max) = BlockRange.MinMax(values, BlockElements);
        float d = (max - min) / 31;
        float inverse = BlockRange.Inverse(d);
        HalfBits.Write(block, d);
        HalfBits.Write(block + 2, min);
        byte* nibbles = block + 8;
        uint fifth = 0;
        for (int j = 0; j < 16; j++)
        {
            int low = BlockRange.Level(((values[j] - min) * inverse) + 0.5f, 31);
            int high = BlockRange.Level(((values[j + 16] - min) * inverse) + 0.5f, 31);
            nibbles[j] = (byte)((low & 15) | ((high & 15) << 4));
            fifth |= ((uint)low >> 4 << j) | ((uint)high >> 4 << (j + 16));
        }

        LittleEndian.WriteUInt32(block + 4, fifth);
    }
}
