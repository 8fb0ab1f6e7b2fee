using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;
using Lathe.Cpu.Simd.MatMul.Float;
using Lathe.Cpu.Simd.MatMul.Quantized;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Simd.MatMul;

/// <summary>Finds the matrix kernels of a weight type.</summary>
public static unsafe class MatMulKernels
{
    /// <summary>The weight types that have kernels.</summary>
    public static IReadOnlyList<GgmlType> Types { get; } =
    [
        GgmlType.F32, GgmlType.F16, GgmlType.BF16,
        .. WeightCodes.Types,
    ];

    /// <summary>The kernels of <paramref name="type"/> on the fastest tier.</summary>
    public static MatMulKernel Find(GgmlType type) => Find(type, SimdTiers.Best);

    /// <summary>The kernels of <paramref name="type"/> on <paramref name="tier"/>.</summary>
    /// <exception cref="NotSupportedException">This processor cannot run the tier, or the type has no kernels.</exception>
    public static MatMulKernel Find(GgmlType type, SimdTier tier)
    {
        if (!SimdTiers.IsSupported(tier))
        {
            throw new NotSupportedException(
                $"The {tier} kernels cannot run in this process; the tiers that can are {string.Join(", ", SimdTiers.Supported)}.");
        }

        return type switch
        {
            GgmlType.F32 => Float<F32Weights>(type, tier),
            GgmlType.F16 => Float<F16Weights>(type, tier),
            GgmlType.BF16 => Float<BF16Weights>(type, tier),
            _ when WeightCodes.Types.Contains(type) => WeightCodes.Visit(type, new QuantizedKernels(type, tier)),
            _ => throw new NotSupportedException(
                $"There is no matrix kernel for weights of type {type}; the types that have one are {string.Join(", ", Types)}."),
        };
    }

    private sealed class QuantizedKernels(GgmlType type, SimdTier tier) : IWeightCodesVisitor<MatMulKernel>
    {
        public MatMulKernel Visit<TCodes>()
            where TCodes : struct, IWeightCodes => Quantized<TCodes>(type, tier);
    }

    private static MatMulKernel Quantized<TCodes>(GgmlType type, SimdTier tier)
        where TCodes : struct, IWeightCodes => tier switch
        {
            SimdTier.Vector128 => Quantized<TCodes, Vector128Dot>(type, tier),
            SimdTier.Avx2 => Quantized<TCodes, Avx2Dot>(type, tier),
            SimdTier.AvxVnni or SimdTier.Avx512 => Quantized<TCodes, AvxVnniDot>(type, tier),
            _ => throw new ArgumentOutOfRangeException(nameof(tier), tier, "Not a SIMD tier."),
        };

    private static MatMulKernel Quantized<TCodes, TDot>(GgmlType type, SimdTier tier)
        where TCodes : struct, IWeightCodes
        where TDot : struct, IDotProduct
    {
        // What is initialised before a kernel is compiled is a constant in it.
        _ = HalfTable.Values[0];
        TCodes.Prepare();
        delegate*<MatMulArguments*, void> gemv = Dp.IsSupported ? SdotGemvs.Find(type) : null;
        return new(
            type,
            tier,
            ActivationKind.Quantized,
            gemv is null ? &QuantizedGemv<TCodes, TDot>.Run : gemv,
            &QuantizedGemm<TCodes, TDot>.Run,
            Math.Max(Math.Max(QuantizedGemv<TCodes, TDot>.ScratchBytes, SdotGemvs.ScratchBytes), PanelScratch.Bytes),
            PanelScratch.Rows);
    }

    private static MatMulKernel Float<TWeights>(GgmlType type, SimdTier tier)
        where TWeights : struct, IFloatWeights => tier == SimdTier.Avx512
            ? Float<TWeights, Vector512<float>, FloatLanes512>(type, tier)
            : Float<TWeights, Vector256<float>, FloatLanes256>(type, tier);

    private static MatMulKernel Float<TWeights, TVector, TLanes>(GgmlType type, SimdTier tier)
        where TWeights : struct, IFloatWeights
        where TVector : struct
        where TLanes : struct, IFloatLanes<TVector> => new(
            type,
            tier,
            ActivationKind.Float,
            &FloatGemv<TWeights, TVector, TLanes>.Run,
            &FloatGemm<TWeights, TVector, TLanes>.Run,
            FloatGemm<TWeights, TVector, TLanes>.ScratchBytes,
            FloatGemm<TWeights, TVector, TLanes>.Rows);
}
