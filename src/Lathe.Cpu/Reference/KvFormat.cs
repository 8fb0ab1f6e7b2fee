using Lathe.Engine.Inference;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Reference;

/// <summary>The block format of a KV cache's elements.</summary>
internal static class KvFormat
{
    public static BlockFormat Of(KvElementType type) => BlockFormat.Get(type switch
    {
        KvElementType.F16 => GgmlType.F16,
        KvElementType.F32 => GgmlType.F32,
        KvElementType.Q8_0 => GgmlType.Q8_0,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown KV element type"),
    });
}
