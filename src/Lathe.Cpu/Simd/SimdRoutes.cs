using Lathe.Cpu.Simd.Attention;

namespace Lathe.Cpu.Simd;

/// <summary>The portable fast routes of every operation but the matrix product.</summary>
public static class SimdRoutes
{
    public static IReadOnlyList<CpuRoute> All { get; } =
    [
        new GetRowsSimd(),
        new RmsNormSimd(),
        new RopeAnglesSimd(),
        new RopeSimd(),
        new StoreKvSimd(),
        new AttentionSimd(),
        new GluSimd(),
        new AddSimd(),
        new OutputRowsSimd(),
    ];
}
