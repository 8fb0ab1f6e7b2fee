using Lathe.Cpu.Reference;
using Lathe.Cpu.Simd;
using Lathe.Cpu.X64;

namespace Lathe.Cpu.Tests.Ops;

/// <summary>Every route of an operation that these tests judge.</summary>
internal static class OpRoutes
{
    private static readonly List<CpuRoute> s_all = [.. ReferenceRoutes.CreateAll(), .. SimdRoutes.CreateAll()];

    // Their tests ask for them by name: not every processor can run them.
    private static readonly List<CpuRoute> s_emitted = [.. X64Routes.CreateAll()];

    public static TheoryData<string> Of(string op) => [.. s_all.Where(route => route.Op == op).Select(route => route.Id)];

    public static CpuRoute Get(string id) => s_all.Concat(s_emitted).Single(route => route.Id == id);
}
