using Lathe.Formats.Gguf;

namespace Lathe.Formats.Quantization;

/// <summary>IEEE binary16.</summary>
public readonly unsafe struct F16 : IBlockQuantizer
{
    public static GgmlType Type => GgmlType.F16;

    public static int BlockElements => 1;

    public static int BlockBytes => sizeof(ushort);

    public static void DequantizeBlock(byte* block, float* values)
    {
        *values = HalfBits.Read(block);
    }

    public static void QuantizeBlock(float* values, byte* block) => HalfBits.Write(block, *values);
}
