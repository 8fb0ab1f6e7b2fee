using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>Four values per point of a 512-point codebook, scales of 4 bits per 32: y = ±d·(1 + 2·s)·magnitude.</summary>
/// <remarks>f16 d @0; 64 bytes of point numbers @2; 8 bytes of their ninth bits @66, bit l of byte g for point 8·g + l; 32 bytes of signs @74; 4
/// bytes of scales @106, the low nibble for the first 32 of 64 values.</remarks>
public readonly unsafe struct IQ3_S : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ3_S;

    public static int BlockElements => 256;

    public static int BlockBytes => 110;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block);
        byte* grid = Iq3SGrid.Points;
        byte* points = block + 2;
        byte* ninthBits = block + 66;
        byte* signs = block + 74;
        byte* scales = block + 106;
        for (int l = 0; l < 64; l++, values += 4)
        {
            int point = points[l] | (((ninthBits[l / 8] >> (l % 8)) & 1) << 8);
            int s = (scales[l / 16] >> (4 * (l / 8 % 2))) & 15;
            float scale = d * (1 + (2 * s));
            GridSigns.Apply(scale, grid + (4 * point), signs[l / 2] >> (4 * (l % 2)), values, 4);
        }
    }
}
