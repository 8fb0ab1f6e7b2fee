using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Formats.Tests.Quantization;

/// <summary>Theory data by type, and array-shaped calls of the pointer API.</summary>
internal static unsafe class Formats
{
    public static TheoryData<GgmlType> All => [.. BlockFormat.All.Select(format => format.Type)];

    public static TheoryData<GgmlType> Quantizable => [.. BlockFormat.All.Where(format => format.CanQuantize).Select(format => format.Type)];

    public static float[] Dequantize(BlockFormat format, byte[] blocks)
    {
        var values = new float[blocks.Length / format.BlockBytes * format.BlockElements];
        fixed (byte* source = blocks)
        fixed (float* destination = values)
        {
            format.Dequantize(source, destination, values.Length);
        }

        return values;
    }

    public static byte[] Quantize(BlockFormat format, float[] values)
    {
        var blocks = new byte[format.ByteSize(values.Length)];
        fixed (float* source = values)
        fixed (byte* destination = blocks)
        {
            format.Quantize(source, destination, values.Length);
        }

        return blocks;
    }
}
