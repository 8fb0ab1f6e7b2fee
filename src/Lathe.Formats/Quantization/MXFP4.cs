using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>OCP microscaling FP4: y = 2^(e − 127)·E2M1, computed as 2^(e − 128) times twice the E2M1 value, which is an integer.</summary>
/// <remarks>e @0; 16 bytes of nibbles @1, the low ones are values 0..15, the high ones 16..31. e = 255, a NaN of the OCP scale type, is not
/// special: the files' own engine gives it the value 2^127.</remarks>
public readonly unsafe struct MXFP4 : IBlockQuantizer
{
    public static GgmlType Type => GgmlType.MXFP4;

    public static int BlockElements => 32;

    public static int BlockBytes => 17;

    /// <summary>Twice the sixteen E2M1 values by their code: sign bit on top, then two exponent bits and one of mantissa.</summary>
    public static ReadOnlySpan<sbyte> DoubledE2M1 => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    private const int SignBit = 8;

    /// <summary>Half way between neighbours of <see cref="DoubledE2M1"/>; a value on a midpoint belongs below it.</summary>
    private static ReadOnlySpan<float> Midpoints => [0.5f, 1.5f, 2.5f, 3.5f, 5, 7, 10];

    /// <summary>2^(<paramref name="exponent"/> − 128), in binary32: 0 and 1 give the denormals 2^−128 and 2^−127.</summary>
    public static float HalfScale(byte exponent) =>
        BitConverter.UInt32BitsToSingle(exponent < 2 ? 0x0020_0000u << exponent : (uint)(exponent - 1) << 23);

    public static void DequantizeBlock(byte* block, float* values)
    {
        float scale = HalfScale(block[0]);
        byte* nibbles = block + 1;
        for (int j = 0; j < 16; j++)
        {
            values[j] = scale * DoubledE2M1[nibbles[j] & 15];
            values[j + 16] = scale * DoubledE2M1[nibbles[j] >> 4];
        }
    }

    /// <remarks>e = floor(log2 of the largest magnitude) − 2 + 127, so that the largest value scales into [4, 8), where E2M1 ends at 6;
    /// each value takes the nearest code, of two equally near the one of smaller magnitude. Infinity takes the top of the range.</remarks>
    public static void QuantizeBlock(float* values, byte* block)
    {
        float largest = MathF.Abs(BlockRange.SignedExtreme(values, BlockElements));
        int exponent = largest == 0 ? 0 : Math.Clamp(MathF.ILogB(largest), -125, 127) + 125;
        block[0] = (byte)exponent;
        float scale = HalfScale((byte)exponent);
        byte* nibbles = block + 1;
        for (int j = 0; j < 16; j++)
        {
            nibbles[j] = (byte)(NearestCode(values[j], scale) | (NearestCode(values[j + 16], scale) << 4));
        }
    }

    private static int NearestCode(float value, float scale)
    {
        float magnitude = MathF.Abs(value);
        int code = 0;
        foreach (float midpoint in Midpoints)
        {
            code += magnitude > midpoint * scale ? 1 : 0;
        }

        // Zero has one code here: the negative zero is never written.
        return value < 0 && code != 0 ? code | SignBit : code;
    }
}
