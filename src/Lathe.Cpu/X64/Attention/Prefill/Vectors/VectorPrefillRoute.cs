using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.X64.Attention.Prefill.Vectors;

/// <summary>Attention of many tokens with 512-bit vectors of f32.</summary>
internal sealed class VectorPrefillRoute : PrefillRoute
{
    public override string Id => "cpu.attention.prefill.avx512";

    public override string Summary => "online softmax in f32, query rows across the lanes; emitted for each head size, cap and kind of mask";

    public override string GuardSummary => $"{MinTokens} tokens and more, head dimensions that are multiples of 16, f32 sinks, AVX-512";

    public override int Priority => 150;

    protected override string? WhyNotHere => X64Features.Avx512 ? null : "the processor has no AVX-512, or the system does not save its registers";

    public override IEnumerable<KernelListing> Kernels(GraphNode? node) => VectorPrefillKernels.List(AttentionHeads.Of(node));

    protected override PrefillKernels CreateKernels(AttentionParameters attention, KvElementType type) => new VectorPrefillKernels(attention, type);
}
