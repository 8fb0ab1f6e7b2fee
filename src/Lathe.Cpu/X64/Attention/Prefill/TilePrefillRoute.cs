using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>Attention of many tokens with matrix tiles.</summary>
internal sealed class TilePrefillRoute : PrefillRoute
{
    public override string Id => "cpu.attention.prefill.amx";

    public override string Summary => "online softmax over bf16 matrix tiles; emitted for each head size, cap and kind of mask";

    public override string GuardSummary => $"{MinTokens} tokens and more, head dimensions that are multiples of 16, f32 sinks, AMX bf16";

    public override int Priority => 200;

    // Queries, keys, values and weights keep 8 bits: 2^-18 / 3 of the power each, and errors of the scores come on top.
    public override double Tolerance => 1e-4;

    protected override string? WhyNotHere => X64Features.AmxBf16 ? null : "the processor has no bf16 matrix tiles, or the system does not grant them";

    public override IEnumerable<KernelListing> Kernels(GraphNode? node) => TilePrefillKernels.List(AttentionHeads.Of(node));

    protected override PrefillKernels CreateKernels(AttentionParameters attention, KvElementType type) => new TilePrefillKernels(attention, type);
}
