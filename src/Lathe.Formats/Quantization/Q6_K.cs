using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>6-bit with 8-bit scales per 16: y = d·s·(q − 32).</summary>
/// <remarks>128 bytes of low nibbles @0; 64 bytes of upper bit pairs @128; 16 signed scales @192; f16 d @208. Each half of 128 values owns 64 bytes
/// of nibbles and 32 of pairs, in four rows of 32 values: rows 0 and 1 are the low nibbles of the first and last 32 bytes, rows 2 and 3 their high
/// nibbles, and row r takes pair r.</remarks>
public readonly unsafe struct Q6_K : IBlockFormat
{
    public static GgmlType Type => GgmlType.Q6_K;

    public static int BlockElements => 256;

    public static int BlockBytes => 210;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block + 208);
        var scales = (sbyte*)(block + 192);
        for (int run = 0; run < 16; run++, values += 16)
        {
            int half = run / 8;
            int row = run % 8 / 2;
            int column = 16 * (run % 2);
            byte* nibbles = block + (64 * half) + (32 * (row % 2)) + column;
            byte* pairs = block + 128 + (32 * half) + column;
            float scale = d * scales[run];
            for (int j = 0; j < 16; j++)
            {
                int low = (nibbles[j] >> (4 * (row / 2))) & 15;
                int high = (pairs[j] >> (2 * row)) & 3;
                values[j] = scale * ((low | (high << 4)) - 32);
            }
        }
    }
}
