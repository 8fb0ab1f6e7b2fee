using Lathe.Cpu.Reference;

namespace Lathe.Cpu;

/// <summary>Every route of the CPU backend.</summary>
internal static class CpuRoutes
{
    public static IEnumerable<CpuRoute> CreateAll() => [.. ReferenceRoutes.All];
}
