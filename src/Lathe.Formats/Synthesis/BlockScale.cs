using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Formats.Synthesis;

/// <summary>Where a block keeps its scale. Random bytes everywhere else are a valid block of every type, after <see cref="MakeLegal"/>.</summary>
internal static unsafe class BlockScale
{
    /// <summary>Whether quantisers give the type's scale both signs. Where its levels are not symmetric (-8 to 7), that makes the mean zero.</summary>
    public static bool IsSigned(GgmlType type) =>
        type is GgmlType.Q4_0 or GgmlType.Q5_0 or GgmlType.Q3_K or GgmlType.Q6_K or GgmlType.IQ4_NL or GgmlType.IQ4_XS || IsNumber(type);

    /// <summary>Whether a block is a single number.</summary>
    public static bool IsNumber(GgmlType type) => type is GgmlType.F32 or GgmlType.F16 or GgmlType.BF16;

    /// <summary>Writes the scale into a block. The minimum of types that have one is set so that the mean of random levels is zero.</summary>
    public static void Set(GgmlType type, byte* block, float scale)
    {
        switch (type)
        {
            case GgmlType.F32:
                *(float*)block = scale;
                break;
            case GgmlType.BF16:
                BF16.QuantizeBlock(&scale, block);
                break;
            case GgmlType.F16 or GgmlType.Q4_0 or GgmlType.Q5_0 or GgmlType.Q8_0 or GgmlType.IQ4_NL or GgmlType.IQ4_XS or GgmlType.IQ1_S
                or GgmlType.IQ2_XXS or GgmlType.IQ2_XS or GgmlType.IQ2_S or GgmlType.IQ3_XXS or GgmlType.IQ3_S:
                HalfBits.Write(block, scale);
                break;
            case GgmlType.Q4_1:
                SetWithMinimum(block, scale, -7.5f);
                break;
            case GgmlType.Q5_1:
                SetWithMinimum(block, scale, -15.5f);
                break;
            case GgmlType.Q2_K:
                SetWithMinimum(block + 80, scale, 1.5f);
                break;
            case GgmlType.Q4_K:
                SetWithMinimum(block, scale, 7.5f);
                break;
            case GgmlType.Q5_K:
                SetWithMinimum(block, scale, 15.5f);
                break;
            case GgmlType.Q3_K:
                HalfBits.Write(block + 108, scale);
                break;
            case GgmlType.Q6_K:
                HalfBits.Write(block + 208, scale);
                break;
            case GgmlType.TQ1_0:
                HalfBits.Write(block + 52, scale);
                break;
            case GgmlType.TQ2_0:
                HalfBits.Write(block + 64, scale);
                break;
            case GgmlType.IQ1_M:
                SetInNibbles(block + 48, HalfBits.FromSingle(scale));
                break;
            case GgmlType.MXFP4:
                // The block's exponent e stands for a factor of 2^(e - 128) on its integer levels.
                *block = (byte)Math.Clamp(128 + Math.Round(Math.Log2(scale)), 1, 254);
                break;
            default:
                throw new NotSupportedException($"random blocks of type {type} cannot be made");
        }
    }

    /// <summary>Replaces codes that no quantiser writes, on which a fast kernel need not agree with the formula.</summary>
    public static void MakeLegal(GgmlType type, Span<byte> block)
    {
        switch (type)
        {
            case GgmlType.Q8_0:
                // Symmetric: -127 to 127.
                block.Replace((byte)0x80, (byte)0x81);
                break;
            case GgmlType.TQ2_0:
                // Three of the four 2-bit codes: 3 becomes 1.
                foreach (ref var codes in block)
                {
                    codes &= (byte)~((codes & (codes >> 1) & 0x55) << 1);
                }

                break;
        }
    }

    private static void SetWithMinimum(byte* fields, float scale, float ratio)
    {
        HalfBits.Write(fields, scale);
        HalfBits.Write(fields + 2, HalfBits.Read(fields) * ratio);
    }

    /// <summary>IQ1_M keeps its f16 in the top nibbles of four 16-bit words.</summary>
    private static void SetInNibbles(byte* words, ushort bits)
    {
        for (var k = 0; k < 4; k++)
        {
            ref var high = ref words[(2 * k) + 1];
            high = (byte)((high & 0x0F) | (((bits >> (4 * k)) & 15) << 4));
        }
    }
}
