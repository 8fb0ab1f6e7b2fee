using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Simd.Attention;

/// <summary>Grouped-query attention with an online softmax in f32. Each page of keys and values is expanded to f32 once for all query heads
/// (and tokens) that share it.</summary>
public sealed class AttentionSimd() : SimdRoute<AttentionNode>("attention", "online softmax; a page is expanded once for all queries that share it")
{
    private const int Multiple = 8;

    public override string GuardSummary => "head dimensions that are multiples of 8; any window, softcap and f32 sinks";

    protected override string? WhyNot(AttentionNode node) =>
        node.Attention.HeadDim % Multiple != 0 || node.Attention.ValueDim % Multiple != 0
            ? $"{node.Name} has heads of {node.Attention.HeadDim} and {node.Attention.ValueDim} values, and the kernel wants multiples of {Multiple}"
            : node.Attention.Sinks is { Type: not GgmlType.F32 } sinks
                ? $"{sinks.Name} is {sinks.Type}, and the kernel wants F32"
                : null;

    private protected override bool Suits(AttentionNode node, int lanes) =>
        node.Attention.HeadDim % (2 * lanes) == 0 && node.Attention.ValueDim % (2 * lanes) == 0;

    private protected override CpuStep Compile<TLanes, TVector>(AttentionNode node, StepBuilder builder)
    {
        var division = AttentionDivision.Create(node.Attention, builder.Shape.Tokens, builder.Threads);
        var bytes = AttentionWorkspace.Bytes(node.Attention, AttentionStep<TLanes, TVector>.PaddedRows(division));
        return new AttentionStep<TLanes, TVector>(
            node,
            builder.BatchInvariant,
            builder.Kv,
            division,
            builder.Input(node.Query),
            builder.Output(node.Result, rowWise: false),
            builder.KvMarker(node.Layer),
            builder.Scratch("attention", bytes));
    }
}
