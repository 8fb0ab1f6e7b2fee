using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Simd.MatMul.Quantized;

/// <summary>The table of formats that have an <see cref="SdotGemv{TCodes}"/>.</summary>
internal static unsafe class SdotGemvs
{
    /// <summary>The types of <see cref="Find"/>.</summary>
    public static IReadOnlyList<GgmlType> Types { get; } =
    [
        GgmlType.Q4_0, GgmlType.Q5_0, GgmlType.Q8_0, GgmlType.MXFP4, GgmlType.Q4_K, GgmlType.Q5_K, GgmlType.Q6_K, GgmlType.IQ4_NL, GgmlType.IQ4_XS,
    ];

    /// <summary>Scratch that each of them needs, for every K.</summary>
    public static int ScratchBytes => SdotGemv<Q8_0Codes>.ScratchBytes;

    /// <summary>The kernel of <paramref name="type"/>; null for the others, which <see cref="QuantizedGemv{TCodes, TDot}"/> serves.</summary>
    public static delegate*<MatMulArguments*, void> Find(GgmlType type) => type switch
    {
        GgmlType.Q4_0 => &SdotGemv<Q4_0Codes>.Run,
        GgmlType.Q5_0 => &SdotGemv<Q5_0Codes>.Run,
        GgmlType.Q8_0 => &SdotGemv<Q8_0Codes>.Run,
        GgmlType.MXFP4 => &SdotGemv<MXFP4Codes>.Run,
        GgmlType.Q4_K => &SdotGemv<Q4_KCodes>.Run,
        GgmlType.Q5_K => &SdotGemv<Q5_KCodes>.Run,
        GgmlType.Q6_K => &SdotGemv<Q6_KCodes>.Run,
        GgmlType.IQ4_NL => &SdotGemv<IQ4_NLCodes>.Run,
        GgmlType.IQ4_XS => &SdotGemv<IQ4_XSCodes>.Run,
        _ => null,
    };
}
