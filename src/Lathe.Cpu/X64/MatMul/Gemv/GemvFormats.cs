using Lathe.Cpu.X64.MatMul.Gemv.Formats;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>The weight types that have an emitted gemv. Formats hold registers while they emit, so each emitter gets its own.</summary>
internal static class GemvFormats
{
    private static readonly Dictionary<GgmlType, Func<GemvFormat>> s_formats = new()
    {
        [GgmlType.Q4_0] = () => new Q4_0Gemv(),
        [GgmlType.Q8_0] = () => new Q8_0Gemv(),
        [GgmlType.Q4_K] = () => new Q4_KGemv(),
        [GgmlType.Q6_K] = () => new Q6_KGemv(),
    };

    public static IEnumerable<GgmlType> Types => s_formats.Keys;

    public static GemvFormat Create(GgmlType type) => s_formats[type]();
}
