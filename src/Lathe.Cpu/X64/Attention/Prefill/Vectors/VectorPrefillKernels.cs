using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.X64.Attention.Prefill.Vectors;

/// <summary>Attention of many tokens with 512-bit vectors of f32.</summary>
/// <exception cref="NotSupportedException">No machine code can be made in this process.</exception>
internal sealed class VectorPrefillKernels(AttentionParameters attention, KvElementType type) : PrefillKernels
{
    public override MachineKernel Keys { get; } = KernelCache.Get(new FloatRowsEmitter(new KvRows(type, attention.HeadDim)));

    public override MachineKernel Values { get; } = KernelCache.Get(new FloatRowsEmitter(new KvRows(type, attention.ValueDim)));

    public override MachineKernel Queries { get; } = KernelCache.Get(new QueryRowsEmitter(attention.HeadDim));

    public override MachineKernel Attend { get; } = KernelCache.Get(AttendEmitter(attention));

    public override MachineKernel Results { get; } = KernelCache.Get(new ResultRowsEmitter(attention.ValueDim));

    public override PrefillLayout Layout { get; } = new(
        attention.ValueDim,
        AttentionTileLayout.UnitKeys * attention.HeadDim * sizeof(float),
        AttentionTileLayout.UnitKeys * attention.ValueDim * sizeof(float),
        AttentionTileLayout.PanelRows * attention.HeadDim * sizeof(float),
        AttendRowsEmitter.ScoreBytes,
        WeightBytes: 0);

    /// <summary>The machine code for an f16 cache.</summary>
    public static IEnumerable<KernelListing> List(AttentionParameters attention)
    {
        KernelEmitter[] emitters =
        [
            AttendEmitter(attention),
            new FloatRowsEmitter(new KvRows(KvElementType.F16, attention.HeadDim)),
            new FloatRowsEmitter(new KvRows(KvElementType.F16, attention.ValueDim)),
            new QueryRowsEmitter(attention.HeadDim),
            new ResultRowsEmitter(attention.ValueDim),
        ];
        return emitters.DistinctBy(emitter => emitter.Key).Select(Disassembly.List);
    }

    private static AttendRowsEmitter AttendEmitter(AttentionParameters attention) =>
        new(attention.HeadDim, attention.ValueDim, attention.Softcap is not null, attention.Window is not null);
}
