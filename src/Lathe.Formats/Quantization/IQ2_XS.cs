using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>Eight values per point of a 512-point codebook, scales of 4 bits per 16: y = ±d·(s + ½)/4·magnitude.</summary>
/// <remarks>f16 d @0; 32 u16 @2: a 9-bit point number with a 7-bit <see cref="GridSigns.WithParity">sign set</see> on top; 8 bytes of scales @66, the
/// low nibble for the first 16 of 32 values.</remarks>
public readonly unsafe struct IQ2_XS : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ2_XS;

    public static int BlockElements => 256;

    public static int BlockBytes => 74;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block);
        byte* grid = Iq2XsGrid.Points;
        byte* scales = block + 66;
        for (int l = 0; l < 32; l++, values += 8)
        {
            int point = LittleEndian.ReadUInt16(block + 2 + (2 * l));
            int s = (scales[l / 4] >> (4 * (l / 2 % 2))) & 15;
            float scale = d * (0.5f + s) * 0.25f;
            GridSigns.Apply(scale, grid + (8 * (point & 511)), GridSigns.WithParity(point >> 9), values, 8);
        }
    }
}
