using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>Four values per point of a 256-point codebook, scales of 4 bits per 32: y = ±d·(s + ½)/2·magnitude.</summary>
/// <remarks>f16 d @0; 64 bytes of point numbers @2; 8 u32 @66: four 7-bit <see cref="GridSigns.WithParity">sign sets</see>, each for two points, with
/// s on top.</remarks>
public readonly unsafe struct IQ3_XXS : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ3_XXS;

    public static int BlockElements => 256;

    public static int BlockBytes => 98;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block);
        byte* grid = Iq3XxsGrid.Points;
        byte* points = block + 2;
        for (int g = 0; g < 8; g++)
        {
            uint signs = LittleEndian.ReadUInt32(block + 66 + (4 * g));
            float scale = d * (0.5f + (signs >> 28)) * 0.5f;
            for (int l = 0; l < 4; l++, points += 2, values += 8)
            {
                int set = GridSigns.WithParity((int)(signs >> (7 * l)) & 127);
                GridSigns.Apply(scale, grid + (4 * points[0]), set, values, 4);
                GridSigns.Apply(scale, grid + (4 * points[1]), set >> 4, values + 4, 4);
            }
        }
    }
}
