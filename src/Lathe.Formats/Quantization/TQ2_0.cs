using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>Ternary, four values per byte: y = d·(t − 1).</summary>
/// <remarks>64 bytes of bit pairs @0: each half of 128 values owns 32 bytes, pair p of byte b is value 32·p + b of that half; f16 d @64. Pair
/// value 3 is never written and reads as 2·d.</remarks>
public readonly unsafe struct TQ2_0 : IBlockFormat
{
    public static GgmlType Type => GgmlType.TQ2_0;

    public static int BlockElements => 256;

    public static int BlockBytes => 66;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block + 64);
        for (int row = 0; row < 8; row++, values += 32)
        {
            byte* source = block + (32 * (row / 4));
            int shift = 2 * (row % 4);
            for (int j = 0; j < 32; j++)
            {
                values[j] = d * (((source[j] >> shift) & 3) - 1);
            }
        }
    }
}
