using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Simd.MatMul.Codes;

/// <summary>The table of block formats as integer codes.</summary>
internal static class WeightCodes
{
    /// <summary>Calls the visitor with the codes of <paramref name="type"/>.</summary>
    /// <exception cref="NotSupportedException">The type is not one of blocks.</exception>
    public static TResult Visit<TResult>(GgmlType type, IWeightCodesVisitor<TResult> visitor) => type switch
    {
        GgmlType.Q4_0 => visitor.Visit<Q4_0Codes>(),
        GgmlType.Q4_1 => visitor.Visit<Q4_1Codes>(),
        GgmlType.Q5_0 => visitor.Visit<Q5_0Codes>(),
        GgmlType.Q5_1 => visitor.Visit<Q5_1Codes>(),
        GgmlType.Q8_0 => visitor.Visit<Q8_0Codes>(),
        GgmlType.MXFP4 => visitor.Visit<MXFP4Codes>(),
        GgmlType.Q2_K => visitor.Visit<Q2_KCodes>(),
        GgmlType.Q3_K => visitor.Visit<Q3_KCodes>(),
        GgmlType.Q4_K => visitor.Visit<Q4_KCodes>(),
        GgmlType.Q5_K => visitor.Visit<Q5_KCodes>(),
        GgmlType.Q6_K => visitor.Visit<Q6_KCodes>(),
        GgmlType.IQ4_NL => visitor.Visit<IQ4_NLCodes>(),
        GgmlType.IQ4_XS => visitor.Visit<IQ4_XSCodes>(),
        GgmlType.IQ3_S => visitor.Visit<IQ3_SCodes>(),
        GgmlType.IQ3_XXS => visitor.Visit<IQ3_XXSCodes>(),
        GgmlType.IQ2_S => visitor.Visit<IQ2_SCodes>(),
        GgmlType.IQ2_XS => visitor.Visit<IQ2_XSCodes>(),
        GgmlType.IQ2_XXS => visitor.Visit<IQ2_XXSCodes>(),
        GgmlType.IQ1_M => visitor.Visit<IQ1_MCodes>(),
        GgmlType.IQ1_S => visitor.Visit<IQ1_SCodes>(),
        GgmlType.TQ2_0 => visitor.Visit<TQ2_0Codes>(),
        GgmlType.TQ1_0 => visitor.Visit<TQ1_0Codes>(),
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
