using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.X64.Attention.Prefill.Vectors;

/// <summary>Attention of many tokens with 512-bit vectors of bf16 pairs.</summary>
internal sealed class PairPrefillRoute : PrefillRoute
{
    public override string Id => "cpu.attention.prefill.avx512bf16";

    public override string Summary => "online softmax with vdpbf16ps, query rows across the lanes; emitted for each head size, cap and kind of mask";

    public override string GuardSummary => $"{MinTokens} tokens and more, head dimensions that are multiples of 16, f32 sinks, AVX-512 BF16";

    // AMD's processors begin as many vdpbf16ps as multiply-adds, which does twice the work; Intel's a quarter as many, and there f32 is faster.
    public override int Priority => X64Features.IsAmd ? 160 : 140;

    // As on matrix tiles: queries, keys, values and weights keep 8 bits.
    public override double Tolerance => 1e-4;

    protected override string? WhyNotHere => X64Features.Avx512Bf16 ? null : "the processor has no AVX-512 BF16, or the system does not save its registers";

    public override IEnumerable<KernelListing> Kernels(GraphNode? node) => PairPrefillKernels.List(AttentionHeads.Of(node));

    protected override PrefillKernels CreateKernels(AttentionParameters attention, KvElementType type) => new PairPrefillKernels(attention, type);
}
