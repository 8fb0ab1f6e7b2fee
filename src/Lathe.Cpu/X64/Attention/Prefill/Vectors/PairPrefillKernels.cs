using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.X64.Attention.Prefill.Vectors;

/// <summary>Attention of many tokens with 512-bit vectors of bf16 pairs, which lie as for matrix tiles.</summary>
/// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
internal sealed class PairPrefillKernels(AttentionParameters attention, KvElementType type) : PrefillKernels
{
    public override MachineKernel Keys { get; } = KernelCache.Get(new KeyTilesEmitter(new KvRows(type, attention.HeadDim)));

    public override MachineKernel Values { get; } = KernelCache.Get(new ValueTilesEmitter(new KvRows(type, attention.ValueDim)));

    public override MachineKernel Queries { get; } = KernelCache.Get(new QueryTilesEmitter(attention.HeadDim));

    public override MachineKernel Attend { get; } = KernelCache.Get(AttendEmitter(attention));

    public override MachineKernel Results { get; } = KernelCache.Get(new ResultRowsEmitter(attention.ValueDim));

    public override PrefillLayout Layout { get; } = LayoutOf(attention);

    public static PrefillLayout LayoutOf(AttentionParameters attention)
    {
        var tiles = AttentionTileLayout.Of(attention);
        return new PrefillLayout(
            attention.ValueDim, tiles.KeyUnitBytes, tiles.ValueUnitBytes, tiles.QueryPanelBytes, AttendPairsEmitter.ScoreBytes, AttendPairsEmitter.WeightBytes);
    }

    /// <summary>The machine code for an f16 cache.</summary>
    public static IEnumerable<KernelListing> List(AttentionParameters attention) =>
    [
        Disassembly.List(AttendEmitter(attention)),
        Disassembly.List(new KeyTilesEmitter(new KvRows(KvElementType.F16, attention.HeadDim))),
        Disassembly.List(new ValueTilesEmitter(new KvRows(KvElementType.F16, attention.ValueDim))),
        Disassembly.List(new QueryTilesEmitter(attention.HeadDim)),
        Disassembly.List(new ResultRowsEmitter(attention.ValueDim)),
    ];

    private static AttendPairsEmitter AttendEmitter(AttentionParameters attention) =>
        new(AttentionTileLayout.Of(attention), attention.Softcap is not null, attention.Window is not null);
}
