using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>IEEE binary32, as it is.</summary>
public readonly unsafe struct F32 : IBlockQuantizer
{
    public static GgmlType Type => GgmlType.F32;

    public static int BlockElements => 1;

    public static int BlockBytes => sizeof(float);

    public static void DequantizeBlock(byte* block, float* values)
    {
        *values = BitConverter.UInt32BitsToSingle(LittleEndian.ReadUInt32(block));
    }

    public static void QuantizeBlock(float* values, byte* block) => LittleEndian.WriteUInt32(block, BitConverter.SingleToUInt32Bits(*values));
}
