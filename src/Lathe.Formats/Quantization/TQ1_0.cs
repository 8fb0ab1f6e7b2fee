using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>Ternary, five values per byte: y = d·(t − 1).</summary>
/// <remarks>48 bytes @0, 4 bytes @48, f16 d @52. A byte is a fraction of 256 with up to five base-3 digits behind the point: times 3ⁿ, modulo 256, times 3 over 256
/// is digit n. Digits are spread in runs: digit n of bytes 0..31 is values 32·n.., of bytes 32..47 values 160 + 16·n.., and of the last four, which hold
/// four digits each, values 240 + 4·n...</remarks>
public readonly unsafe struct TQ1_0 : IBlockFormat
{
    public static GgmlType Type => GgmlType.TQ1_0;

    public static int BlockElements => 256;

    public static int BlockBytes => 54;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block + 52);
        values = Expand(block, 32, 5, d, values);
        values = Expand(block + 32, 16, 5, d, values);
        Expand(block + 48, 4, 4, d, values);
    }

    private static float* Expand(byte* source, int count, int digits, float d, float* values)
    {
        int power = 1;
        for (int n = 0; n < digits; n++, power *= 3)
        {
            for (int j = 0; j < count; j++)
            {
                int ternary = (byte)(source[j] * power) * 3 >> 8;
                *values++ = d * (ternary - 1);
            }
        }

        return values;
    }
}
