using Lathe.Cpu.X64.MatMul.Gemv.Formats;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>The weight types that have an emitted gemv. Formats hold registers while they emit, so each emitter gets its own.</summary>
internal static class GemvFormats
{
    private static readonly Dictionary<GgmlType, Func<GemvFormat>> s_formats = new()
    {
        [GgmlType.Q4_0] = () => new Q4_0Gemv(),
        [GgmlType.Q4_1] = () => new Q4_1Gemv(),
        [GgmlType.Q5_0] = () => new Q5_0Gemv(),
        [GgmlType.Q5_1] = () => new Q5_1Gemv(),
        [GgmlType.Q8_0] = () => new Q8_0Gemv(),
        [GgmlType.MXFP4] = () => new MXFP4Gemv(),
        [GgmlType.IQ4_NL] = () => new IQ4_NLGemv(),
        [GgmlType.IQ4_XS] = () => new IQ4_XSGemv(),
        [GgmlType.Q2_K] = () => new Q2_KGemv(),
        [GgmlType.Q3_K] = () => new Q3_KGemv(),
        [GgmlType.Q4_K] = () => new Q4_KGemv(),
        [GgmlType.Q5_K] = () => new Q5_KGemv(),
        [GgmlType.Q6_K] = () => new Q6_KGemv(),
    };

    public static IEnumerable<GgmlType> Types => s_formats.Keys;

    public static GemvFormat Create(GgmlType type) => s_formats[type]();
}
