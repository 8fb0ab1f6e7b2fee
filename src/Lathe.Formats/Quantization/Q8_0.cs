using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>8-bit symmetric: y = d·q.</summary>
/// <remarks>f16 d @0; 32 signed bytes @2.</remarks>
public readonly unsafe struct Q8_0 : IBlockQuantizer
{
    public static GgmlType Type => GgmlType.Q8_0;

    public static int BlockElements => 32;

    public static int BlockBytes => 34;

    public static void DequantizeBlock(byte* block, float* values)
    {
        float d = HalfBits.Read(block);
        var q = (sbyte*)(block + 2);
        for (int i = 0; i < 32; i++)
        {
            values[i] = d * q[i];
        }
    }

    /// <remarks>The largest magnitude lands on ±127 and halves round away from zero. The inverse comes from d before its rounding to f16.</remarks>
    public static void QuantizeBlock(float* values, byte* block)
    {
        float d = MathF.Abs(BlockRange.SignedExtreme(values, BlockElements)) / 127;
        float inverse = BlockRange.Inverse(d);
        HalfBits.Write(block, d);
        var q = (sbyte*)(block + 2);
        for (int i = 0; i < 32; i++)
        {
            q[i] = (sbyte)Math.Clamp((int)MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero), -127, 127);
        }
    }
}
