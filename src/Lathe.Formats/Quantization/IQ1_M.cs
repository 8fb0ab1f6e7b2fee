using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>Eight values per point of IQ1_S's ternary codebook, scale per 16 and shift per 8: y = d·(2·s + 1)·(t ± ⅛).</summary>
/// <remarks>32 bytes of point numbers @0; 16 bytes @32, a nibble per point: three upper bits of its number and the sign of its shift; 4 u16 @48: four
/// 3-bit scales each, and in the top nibbles f16 d, its lowest nibble first.</remarks>
public readonly unsafe struct IQ1_M : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ1_M;

    public static int BlockElements => 256;

    public static int BlockBytes => 56;

    public static void DequantizeBlock(byte* block, float* values)
    {
        byte* points = block;
        byte* nibbles = block + 32;
        byte* scales = block + 48;
        float d = Scale(scales);
        for (int l = 0; l < 32; l++, values += 8)
        {
            int nibble = (nibbles[l / 2] >> (4 * (l % 2))) & 15;
            int s = (LittleEndian.ReadUInt16(scales + (2 * (l / 8))) >> (3 * (l / 2 % 4))) & 7;
            float scale = d * ((2 * s) + 1);
            float shift = (nibble & 8) != 0 ? -IQ1_S.Shift : IQ1_S.Shift;
            sbyte* ternary = Iq1SGrid.Points + (8 * (points[l] | ((nibble & 7) << 8)));
            for (int j = 0; j < 8; j++)
            {
                values[j] = scale * (ternary[j] + shift);
            }
        }
    }

    private static float Scale(byte* scales)
    {
        int bits = 0;
        for (int k = 0; k < 4; k++)
        {
            bits |= LittleEndian.ReadUInt16(scales + (2 * k)) >> 12 << (4 * k);
        }

        return HalfBits.ToSingle((ushort)bits);
    }
}
