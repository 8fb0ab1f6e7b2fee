using Lathe.Cpu.Reference;
using Lathe.Cpu.Simd;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.X64;

namespace Lathe.Cpu;

/// <summary>Every route of the CPU backend. Each backend has routes of its own, so that their counters tell what it has run.</summary>
internal static class CpuRoutes
{
    public static IEnumerable<CpuRoute> CreateAll() =>
    [
        .. ReferenceRoutes.CreateAll(),
        .. SimdRoutes.CreateAll(),
        .. MatMulKernels.Types.Select(type => new MatMulSimd(type)),
        .. MatMulKernels.Types.Select(type => new ExpertMatMulSimd(type)),
        .. X64Routes.CreateAll(),
    ];
}
