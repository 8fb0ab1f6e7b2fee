using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>2-bit with 4-bit scales and minima per 16: y = d·s·q − dmin·m.</summary>
/// <remarks>16 bytes @0: s in the low nibble, m in the high one; 64 bytes of bit pairs @16; f16 d @80; f16 dmin @82. Each half of 128 values owns
/// 32 bytes of pairs: pair p of byte b is value 32·p + b of that half.</remarks>
public readonly unsafe struct Q2_K : IBlockFormat
{
    public static GgmlType Type => GgmlType.Q2_K;

    public static int BlockElements => 256;

    public static int BlockBytes => 84;

    public static void DequantizeBlock(byte* block, float* values)
    {
        byte* scales = block;
        byte* pairs = block + 16;
        float d = HalfBits.Read(block + 80);
        float dmin = HalfBits.Read(block + 82);
        for (int run = 0; run < 16; run++, values += 16)
        {
            float scale = d * (scales[run] & 15);
            float min = dmin * (scales[run] >> 4);
            byte* source = pairs + (32 * (run / 8)) + (16 * (run % 2));
            int shift = 2 * (run % 8 / 2);
            for (int j = 0; j < 16; j++)
            {
                values[j] = (scale * ((source[j] >> shift) & 3)) - min;
            }
        }
    }
}
