using Lathe.Cpu.Simd.MatMul;

namespace Lathe.Cpu.Tests.Simd.MatMul;

public sealed class SimdTiersTests
{
    [Fact]
    public void The_portable_tier_always_runs_and_the_best_is_the_last()
    {
        Assert.Equal(SimdTier.Vector128, SimdTiers.Supported[0]);
        Assert.Equal(SimdTiers.Supported.Max(), SimdTiers.Best);
        Assert.All(SimdTiers.Supported, tier => Assert.True(SimdTiers.IsSupported(tier)));
    }
}
