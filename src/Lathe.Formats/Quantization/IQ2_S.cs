using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>Eight values per point of a 1024-point codebook, scales of 4 bits per 16: y = ±d·(s + ½)/4·magnitude.</summary>
/// <remarks>f16 d @0; 32 bytes of point numbers @2; 32 bytes of signs @34; 8 bytes @66: the upper bit pairs of four point numbers each; 8 bytes of
/// scales @74, the low nibble for the first 16 of 32 values.</remarks>
public readonly unsafe struct IQ2_S : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ2_S;

    public static int BlockElements => 256;

    public static int BlockBytes => 82;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block);
        byte* grid = Iq2SGrid.Points;
        byte* points = block + 2;
        byte* signs = block + 34;
        byte* pointsHigh = block + 66;
        byte* scales = block + 74;
        for (int l = 0; l < 32; l++, values += 8)
        {
            int point = points[l] | (((pointsHigh[l / 4] >> (2 * (l % 4))) & 3) << 8);
            int s = (scales[l / 4] >> (4 * (l / 2 % 2))) & 15;
            float scale = d * (0.5f + s) * 0.25f;
            GridSigns.Apply(scale, grid + (8 * point), signs[l], values, 8);
        }
    }
}
