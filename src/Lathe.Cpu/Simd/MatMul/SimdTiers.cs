using System.Runtime.Intrinsics.X86;

namespace Lathe.Cpu.Simd.MatMul;

/// <summary>Which <see cref="SimdTier">tiers</see> this process can run.</summary>
public static class SimdTiers
{
    /// <summary>The tiers that this process can run, the plainest first; never empty.</summary>
    public static IReadOnlyList<SimdTier> Supported { get; } = [.. Enum.GetValues<SimdTier>().Where(IsSupported)];

    /// <summary>The fastest supported tier.</summary>
    public static SimdTier Best => Supported[^1];

    public static bool IsSupported(SimdTier tier) => tier switch
    {
        SimdTier.Vector128 => true,
        SimdTier.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        SimdTier.AvxVnni => Avx2.IsSupported && Fma.IsSupported && AvxVnni.IsSupported,
        SimdTier.Avx512 => AvxVnni.IsSupported && Avx512F.VL.IsSupported && Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported,
        _ => throw new ArgumentOutOfRangeException(nameof(tier), tier, "Not a SIMD tier."),
    };
}
