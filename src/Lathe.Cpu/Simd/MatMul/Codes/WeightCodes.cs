using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>The table of block formats as integer codes.</summary>
internal static class WeightCodes
{
    /// <summary>Calls <paramref name="visitor"/> with the codes of <paramref name="type"/>.</summary>
    /// <exception cref="NotSupportedException">The type is not one of blocks.</exception>
    public static TResult Visit<TResult>(GgmlType type, IWeightCodesVisitor<TResult> visitor) => type switch
    {
        GgmlType.Q4_0 => visitor.Visit<Q4_0Codes>(type),
        GgmlType.Q4_1 => visitor.Visit<Q4_1Codes>(type),
        GgmlType.Q5_0 => visitor.Visit<Q5_0Codes>(type),
        GgmlType.Q5_1 => visitor.Visit<Q5_1Codes>(type),
        GgmlType.Q8_0 => visitor.Visit<Q8_0Codes>(type),
        GgmlType.MXFP4 => visitor.Visit<MXFP4Codes>(type),
        GgmlType.Q2_K => visitor.Visit<Q2_KCodes>(type),
        GgmlType.Q3_K => visitor.Visit<Q3_KCodes>(type),
        GgmlType.Q4_K => visitor.Visit<Q4_KCodes>(type),
        GgmlType.Q5_K => visitor.Visit<Q5_KCodes>(type),
        GgmlType.Q6_K => visitor.Visit<Q6_KCodes>(type),
        GgmlType.IQ4_NL => visitor.Visit<IQ4_NLCodes>(type),
        GgmlType.IQ4_XS => visitor.Visit<IQ4_XSCodes>(type),
        GgmlType.IQ3_S => visitor.Visit<IQ3_SCodes>(type),
        GgmlType.IQ3_XXS => visitor.Visit<IQ3_XXSCodes>(type),
        GgmlType.IQ2_S => visitor.Visit<IQ2_SCodes>(type),
        GgmlType.IQ2_XS => visitor.Visit<IQ2_XSCodes>(type),
        GgmlType.IQ2_XXS => visitor.Visit<IQ2_XXSCodes>(type),
        GgmlType.IQ1_M => visitor.Visit<IQ1_MCodes>(type),
        GgmlType.IQ1_S => visitor.Visit<IQ1_SCodes>(type),
        GgmlType.TQ2_0 => visitor.Visit<TQ2_0Codes>(type),
        GgmlType.TQ1_0 => visitor.Visit<TQ1_0Codes>(type),
        _ => throw new NotSupportedException($"{type} is not a type of blocks"),
    };

    /// <summary>The types of <see cref="Visit"/>.</summary>
    public static IReadOnlyList<GgmlType> Types { get; } =
    [
        GgmlType.Q4_0, GgmlType.Q4_1, GgmlType.Q5_0, GgmlType.Q5_1, GgmlType.Q8_0, GgmlType.MXFP4,
        GgmlType.Q2_K, GgmlType.Q3_K, GgmlType.Q4_K, GgmlType.Q5_K, GgmlType.Q6_K,
        GgmlType.IQ4_NL, GgmlType.IQ4_XS, GgmlType.IQ3_S, GgmlType.IQ3_XXS, GgmlType.IQ2_S, GgmlType.IQ2_XS, GgmlType.IQ2_XXS,
        GgmlType.IQ1_M, GgmlType.IQ1_S, GgmlType.TQ2_0, GgmlType.TQ1_0,
    ];
}
