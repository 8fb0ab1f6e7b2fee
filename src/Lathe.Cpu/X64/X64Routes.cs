using Lathe.Cpu.X64.Attention.Decode;
using Lathe.Cpu.X64.Attention.Prefill;
using Lathe.Cpu.X64.MatMul.Gemv;

namespace Lathe.Cpu.X64;

/// <summary>The routes whose kernels are emitted as machine code. They are listed everywhere; the guards say where they cannot run.</summary>
internal static class X64Routes
{
    public static IEnumerable<CpuRoute> CreateAll() =>
    [
        .. GemvFormats.Types.Select(type => new GemvRoute(type)),
        .. GemvFormats.Types.Select(type => new ExpertGemvRoute(type)),
        new DecodeRoute(),
        new PrefillRoute(),
    ];
}
