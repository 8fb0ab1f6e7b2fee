using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>The machine code of attention with matrix tiles for one kind of head.</summary>
/// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
internal sealed class PrefillKernels(AttentionParameters attention, KvElementType type)
{
    /// <summary>Keys of a page to tiles.</summary>
    public MachineKernel KeyTiles { get; } = KernelCache.Get(new KeyTilesEmitter(new KvRows(type, attention.HeadDim)));

    /// <summary>Values of a page to tiles.</summary>
    public MachineKernel ValueTiles { get; } = KernelCache.Get(new ValueTilesEmitter(new KvRows(type, attention.ValueDim)));

    /// <summary>Queries of a panel to tiles.</summary>
    public MachineKernel QueryTiles { get; } = KernelCache.Get(new QueryTilesEmitter(attention.HeadDim));

    /// <summary>Online softmax over a run of keys.</summary>
    public MachineKernel Attend { get; } =
        KernelCache.Get(new AttendTilesEmitter(AttentionTileLayout.Of(attention), attention.Softcap is not null, attention.Window is not null));

    /// <summary>Sums of a panel to results.</summary>
    public MachineKernel ResultRows { get; } = KernelCache.Get(new ResultRowsEmitter(attention.ValueDim));
}
