using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>bfloat16: the upper half of a binary32.</summary>
public readonly unsafe struct BF16 : IBlockQuantizer
{
    public static GgmlType Type => GgmlType.BF16;

    public static int BlockElements => 1;

    public static int BlockBytes => sizeof(ushort);

    public static void DequantizeBlock(byte* block, float* values)
    {
        *values = BFloat16Bits.ToSingle(LittleEndian.ReadUInt16(block));
    }

    public static void QuantizeBlock(float* values, byte* block) => LittleEndian.WriteUInt16(block, BFloat16Bits.FromSingle(*values));
}
