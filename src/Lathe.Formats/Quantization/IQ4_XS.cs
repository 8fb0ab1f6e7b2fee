using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>4-bit non-linear with 6-bit scales per 32: y = d·(s − 32)·<see cref="IQ4_NL.Levels"/>[q].</summary>
/// <remarks>f16 d @0; u16 of the scales' upper bit pairs @2; 4 bytes of their lower nibbles @4; 8 groups of 16 bytes of nibbles @8, in each the low
/// ones are values 0..15 of the group, the high ones 16..31.</remarks>
public readonly unsafe struct IQ4_XS : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ4_XS;

    public static int BlockElements => 256;

    public static int BlockBytes => 136;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block);
        int scalesHigh = LittleEndian.ReadUInt16(block + 2);
        byte* scalesLow = block + 4;
        byte* nibbles = block + 8;
        for (int group = 0; group < 8; group++, nibbles += 16, values += 32)
        {
            int low = (scalesLow[group / 2] >> (4 * (group % 2))) & 15;
            int high = (scalesHigh >> (2 * group)) & 3;
            float scale = d * ((low | (high << 4)) - 32);
            for (int j = 0; j < 16; j++)
            {
                values[j] = scale * IQ4_NL.Levels[nibbles[j] & 15];
                values[j + 16] = scale * IQ4_NL.Levels[nibbles[j] >> 4];
            }
        }
    }
}
