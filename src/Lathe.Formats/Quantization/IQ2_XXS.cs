using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>Eight values per point of a 256-point codebook, scales of 4 bits per 32: y = ±d·(s + ½)/4·magnitude.</summary>
/// <remarks>f16 d @0; 8 groups of 8 bytes @2: four point numbers of a byte, then a u32 of four 7-bit <see cref="GridSigns.WithParity">sign
/// sets</see> with s on top.</remarks>
public readonly unsafe struct IQ2_XXS : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ2_XXS;

    public static int BlockElements => 256;

    public static int BlockBytes => 66;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block);
        byte* grid = Iq2XxsGrid.Points;
        byte* group = block + 2;
        for (int g = 0; g < 8; g++, group += 8)
        {
            uint signs = LittleEndian.ReadUInt32(group + 4);
            float scale = d * (0.5f + (signs >> 28)) * 0.25f;
            for (int l = 0; l < 4; l++, values += 8)
            {
                GridSigns.Apply(scale, grid + (8 * group[l]), GridSigns.WithParity((int)(signs >> (7 * l)) & 127), values, 8);
            }
        }
    }
}
