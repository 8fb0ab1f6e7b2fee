using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>Eight values per point of a 2048-point ternary codebook, scale and shift per 32: y = d·(2·s + 1)·(t ± ⅛).</summary>
/// <remarks>f16 d @0; 32 bytes of point numbers @2; 8 u16 @34: four times three upper bits of the point numbers, 3 bits s, the sign of
/// the shift.</remarks>
public readonly unsafe struct IQ1_S : IBlockFormat
{
    /// <summary>What a group adds to or takes from its ternary values, before scaling; <see cref="IQ1_M"/> shares it.</summary>
    public const float Shift = 0.125f;

    public static GgmlType Type => GgmlType.IQ1_S;

    public static int BlockElements => 256;

    public static int BlockBytes => 50;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block);
        byte* points = block + 2;
        for (int g = 0; g < 8; g++)
        {
            int high = LittleEndian.ReadUInt16(block + 34 + (2 * g));
            float scale = d * ((2 * ((high >> 12) & 7)) + 1);
            float shift = (high & 0x8000) != 0 ? -Shift : Shift;
            for (int l = 0; l < 4; l++, points++, values += 8)
            {
                sbyte* ternary = Iq1SGrid.Points + (8 * (points[0] | (((high >> (3 * l)) & 7) << 8)));
                for (int j = 0; j < 8; j++)
                {
                    values[j] = scale * (ternary[j] + shift);
                }
            }
        }
    }
}
