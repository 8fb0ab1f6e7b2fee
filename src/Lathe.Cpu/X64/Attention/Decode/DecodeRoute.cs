using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.X64.Attention.Decode;

/// <summary>Attention of few tokens with 512-bit vectors.</summary>
internal sealed class DecodeRoute : CpuRoute
{
    /// <summary>Above it matrix tiles are faster.</summary>
    public const int MaxTokens = 8;

    public override string Id => "cpu.attention.decode.avx512";

    public override string Op => "attention";

    public override string Summary => "online softmax; keys and values read once for all query heads of the group; emitted for each head size, group and kind of mask";

    public override string GuardSummary => $"up to {MaxTokens} tokens, head dimensions that are multiples of 16, f32 sinks, AVX-512";

    public override RouteSetting Default => RouteSetting.On;

    public override int Priority => 200;

    public override string? WhyNot(GraphNode node) =>
        node is not AttentionNode attention ? $"runs attention, not {node.Op}"
        : !X64Features.Avx512 ? "the processor has no AVX-512"
        : AttentionHeads.WhyNot(attention);

    public override string? WhyNot(GraphNode node, GraphShape shape) =>
        WhyNot(node) ?? (shape.Tokens > MaxTokens ? $"is for up to {MaxTokens} tokens" : null);

    public override IEnumerable<KernelListing> Kernels(GraphNode? node) => DecodeKernels.List(AttentionHeads.Of(node), MaxTokens);

    public override CpuStep Compile(GraphNode node, StepBuilder builder)
    {
        var attention = ((AttentionNode)node).Attention;
        var tokens = builder.Shape.Tokens;
        var partials = attention.KvHeadCount % builder.Threads == 0 ? null : new DecodePartials(attention, tokens, builder.Threads);
        var output = builder.Output(((AttentionNode)node).Result, rowWise: false);
        var step = new DecodeStep(
            (AttentionNode)node,
            builder.Kv,
            new DecodeKernels(attention, builder.Kv.Layout.ElementType, tokens),
            partials,
            builder.Input(((AttentionNode)node).Query),
            output,
            builder.KvMarker(node.Layer),
            builder.Scratch("attention", DecodeStep.ScratchBytes(attention, tokens)));
        if (partials is null)
        {
            return step;
        }

        builder.Before(step);
        return new DecodeMergeStep(attention, partials, output);
    }
}
