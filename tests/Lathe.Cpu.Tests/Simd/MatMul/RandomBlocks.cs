using System.Buffers.Binary;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Tests.Simd.MatMul;

/// <summary>Random bytes that are valid weights: every field but the f16 factors may hold anything.</summary>
internal static class RandomBlocks
{
    public static void Fill(GgmlType type, Span<byte> weights, Random random)
    {
        switch (type)
        {
            case GgmlType.F32:
                for (int i = 0; i < weights.Length; i += 4)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(weights[i..], Value(random));
                }

                break;
            case GgmlType.F16:
                for (int i = 0; i < weights.Length; i += 2)
                {
                    BinaryPrimitives.WriteHalfLittleEndian(weights[i..], (Half)Value(random));
                }

                break;
            case GgmlType.BF16:
                for (int i = 0; i < weights.Length; i += 2)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(weights[i..], BFloat16Bits.FromSingle(Value(random)));
                }

                break;
            default:
                random.NextBytes(weights);
                int blockBytes = BlockFormat.Get(type).BlockBytes;
                for (int i = 0; i < weights.Length; i += blockBytes)
                {
                    SetFactors(type, weights.Slice(i, blockBytes), random);
                }

                break;
        }
    }

    /// <summary>Values of ordinary size, among them some below 2⁻¹⁴, where binary16 is subnormal, and zeros.</summary>
    private static float Value(Random random)
    {
        float value = random.NextSingle() - 0.5f;
        return random.Next(16) switch
        {
            0 => value * 1e-4f,
            1 => 0,
            _ => value,
        };
    }

    private static void SetFactors(GgmlType type, Span<byte> block, Random random)
    {
        if (type == GgmlType.MXFP4)
        {
            block[0] = (byte)random.Next(118, 124);
            return;
        }

        if (type == GgmlType.IQ1_M)
        {
            // d lies in the top nibbles of the four scale words, its lowest nibble first.
            ushort bits = BitConverter.HalfToUInt16Bits(Factor(random));
            for (int i = 0; i < 4; i++)
            {
                Span<byte> high = block.Slice(49 + (2 * i), 1);
                high[0] = (byte)((high[0] & 15) | (((bits >> (4 * i)) & 15) << 4));
            }

            return;
        }

        foreach (int offset in FactorOffsets(type))
        {
            BinaryPrimitives.WriteHalfLittleEndian(block[offset..], Factor(random));
        }
    }

    private static int[] FactorOffsets(GgmlType type) => type switch
    {
        GgmlType.Q4_0 or GgmlType.Q5_0 or GgmlType.Q8_0 or GgmlType.IQ4_NL or GgmlType.IQ4_XS => [0],
        GgmlType.Q4_1 or GgmlType.Q5_1 or GgmlType.Q4_K or GgmlType.Q5_K => [0, 2],
        GgmlType.IQ2_XXS or GgmlType.IQ2_XS or GgmlType.IQ2_S or GgmlType.IQ3_XXS or GgmlType.IQ3_S or GgmlType.IQ1_S => [0],
        GgmlType.Q2_K => [80, 82],
        GgmlType.Q3_K => [108],
        GgmlType.Q6_K => [208],
        GgmlType.TQ1_0 => [52],
        GgmlType.TQ2_0 => [64],
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Where this type keeps its f16 factors is not known."),
    };

    /// <summary>Both signs, some subnormal halves.</summary>
    private static Half Factor(Random random)
    {
        float magnitude = random.Next(4) == 0 ? 4e-5f * random.NextSingle() : 1e-4f + (1e-3f * random.NextSingle());
        return (Half)(random.Next(2) == 0 ? magnitude : -magnitude);
    }
}
