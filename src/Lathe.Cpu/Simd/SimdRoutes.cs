using Lathe.Cpu.Simd.Activations;
using Lathe.Cpu.Simd.Attention;

namespace Lathe.Cpu.Simd;

/// <summary>The portable fast routes of every operation but the matrix product.</summary>
internal static class SimdRoutes
{
    public static IEnumerable<CpuRoute> CreateAll() =>
    [
        new GetRowsSimd(),
        new RmsNormSimd(),
        new RopeAnglesSimd(),
        new RopeSimd(),
        new StoreKvSimd(),
        new AttentionSimd(),
        new GluSimd(),
        new AddSimd(),
        new WeightedSumSimd(),
        new ScaleSimd(),
        new SoftCapSimd(),
        new OutputRowsSimd(),
    ];
}
