using Lathe.Cpu.Reference;
using Lathe.Cpu.Simd.MatMul;

namespace Lathe.Cpu;

/// <summary>Every route of the CPU backend.</summary>
internal static class CpuRoutes
{
    public static IEnumerable<CpuRoute> CreateAll() =>
    [
        .. ReferenceRoutes.All,
        .. MatMulKernels.Types.Select(type => new MatMulSimd(type)),
    ];
}
