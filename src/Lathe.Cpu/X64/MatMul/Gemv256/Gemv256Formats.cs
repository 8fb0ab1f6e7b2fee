using Lathe.Cpu.X64.MatMul.Gemv256.Formats;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv256;

/// <summary>The weight types that have a 256-bit gemv. Formats hold registers while they emit, so each emitter gets its own.</summary>
internal static class Gemv256Formats
{
    private static readonly Dictionary<GgmlType, Func<Gemv256Format>> s_formats = new()
    {
        [GgmlType.Q4_0] = () => new Q4_0Gemv256(),
        [GgmlType.Q4_1] = () => new Q4_1Gemv256(),
        [GgmlType.Q5_0] = () => new Q5_0Gemv256(),
        [GgmlType.Q5_1] = () => new Q5_1Gemv256(),
        [GgmlType.Q8_0] = () => new Q8_0Gemv256(),
        [GgmlType.MXFP4] = () => new MXFP4Gemv256(),
        [GgmlType.IQ4_NL] = () => new IQ4_NLGemv256(),
        [GgmlType.IQ4_XS] = () => new IQ4_XSGemv256(),
        [GgmlType.Q2_K] = () => new Q2_KGemv256(),
        [GgmlType.Q3_K] = () => new Q3_KGemv256(),
        [GgmlType.Q4_K] = () => new Q4_KGemv256(),
        [GgmlType.Q5_K] = () => new Q5_KGemv256(),
        [GgmlType.Q6_K] = () => new Q6_KGemv256(),
    };

    public static IEnumerable<GgmlType> Types => s_formats.Keys;

    public static Gemv256Format Create(GgmlType type) => s_formats[type]();
}
