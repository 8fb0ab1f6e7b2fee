using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>5-bit with 6-bit scales and minima per 32: y = d·s·q − dmin·m.</summary>
/// <remarks>f16 d @0; f16 dmin @2; 12 bytes of <see cref="KScales"/> @4; 32 bytes of fifth bits @16: bit g of byte j is value j of group g;
/// 128 bytes of nibbles @48: each 32 bytes hold 64 values, the low nibbles are the first 32 of them.</remarks>
public readonly unsafe struct Q5_K : IBlockFormat
{
    public static GgmlType Type => GgmlType.Q5_K;

    public static int BlockElements => 256;

    public static int BlockBytes => 176;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block);
        float dmin = HalfBits.Read(block + 2);
        byte* scales = block + 4;
        byte* fifthBits = block + 16;
        byte* nibbles = block + 48;
        for (int group = 0; group < 8; group++, values += 32)
        {
            (int s, int m) = KScales.Unpack(scales, group);
            float scale = d * s;
            float min = dmin * m;
            byte* source = nibbles + (32 * (group / 2));
            int shift = 4 * (group % 2);
            for (int j = 0; j < 32; j++)
            {
                int low = (source[j] >> shift) & 15;
                int fifth = (fifthBits[j] >> group) & 1;
                values[j] = (scale * (low | (fifth << 4))) - min;
            }
        }
    }
}
