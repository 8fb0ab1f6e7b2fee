using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>Ternary, five values per byte: y = d·(t − 1).</summary>
/// <remarks>48 bytes @0, 4 bytes @48, f16 d @52. A byte over 256 is a fraction with base-3 digits behind its point: multiplying by 3ⁿ modulo 256
/// shifts n digits out, and the carry of one more ·3 is digit n. Digit n of byte b is value 32·n + b for bytes 0..31, value 160 + 16·n + b − 32 for
/// bytes 32..47, and value 240 + 4·n + b − 48 for the last four, which hold four digits each.</remarks>
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
