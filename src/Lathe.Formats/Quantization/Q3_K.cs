using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>3-bit with 6-bit scales per 16: y = d·(s − 32)·(q − 4).</summary>
/// <remarks>32 bytes of third bits @0: bit k of byte b is value 32·k + b; 64 bytes of bit pairs @32, each half of 128 values owns 32 bytes: pair p of
/// byte b is value 32·p + b of that half; 12 bytes of scales @96; f16 d @108.</remarks>
public readonly unsafe struct Q3_K : IBlockFormat
{
    public static GgmlType Type => GgmlType.Q3_K;

    public static int BlockElements => 256;

    public static int BlockBytes => 110;

    /// <summary>The 6-bit scale of run <paramref name="k"/> of 16: four low bits from the nibbles of bytes 0..7 (runs 0..7 low, 8..15 high), two
    /// high bits from bytes 8..11.</summary>
    internal static int Scale(byte* packed, int k)
    {
        int low = (packed[k % 8] >> (4 * (k / 8))) & 15;
        int high = (packed[8 + (k % 4)] >> (2 * (k / 4))) & 3;
        return low | (high << 4);
    }

    public static void DequantizeBlock(byte* block, float* values)
    {
        byte* thirdBits = block;
        byte* pairs = block + 32;
        byte* scales = block + 96;
        float d = HalfBits.Read(block + 108);
        for (int run = 0; run < 16; run++, values += 16)
        {
            float scale = d * (Scale(scales, run) - 32);
            int column = 16 * (run % 2);
            byte* source = pairs + (32 * (run / 8)) + column;
            int shift = 2 * (run % 8 / 2);
            for (int j = 0; j < 16; j++)
            {
                int low = (source[j] >> shift) & 3;
                int third = (thirdBits[column + j] >> (run / 2)) & 1;
                values[j] = scale * ((low | (third << 2)) - 4);
            }
        }
    }
}
