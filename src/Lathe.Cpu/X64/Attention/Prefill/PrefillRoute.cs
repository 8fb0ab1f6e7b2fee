using Lathe.Cpu.Execution;
using Lathe.Cpu.X64.Attention.Decode;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>Attention of many tokens by emitted kernels.</summary>
internal abstract class PrefillRoute : CpuRoute
{
    /// <summary>Below it a query row of its own is faster.</summary>
    public const int MinTokens = DecodeRoute.MaxTokens + 1;

    /// <summary>Query rows of a piece: enough to repay the conversion of keys and values.</summary>
    private const int PieceRows = 3072;

    public override string Op => "attention";

    public override RouteSetting Default => RouteSetting.On;

    /// <summary>Why the processor cannot run it, or null.</summary>
    protected abstract string? WhyNotHere { get; }

    public override string? WhyNot(GraphNode node) =>
        node is not AttentionNode attention ? $"runs attention, not {node.Op}" : WhyNotHere ?? AttentionHeads.WhyNot(attention);

    public override string? WhyNot(GraphNode node, GraphShape shape) =>
        WhyNot(node) ?? (shape.Tokens < MinTokens ? $"is for {MinTokens} tokens and more" : null);

    public override CpuStep Compile(GraphNode node, StepBuilder builder)
    {
        var attention = ((AttentionNode)node).Attention;
        var kernels = CreateKernels(attention, builder.Kv.Layout.ElementType);
        var byKvHead = attention.KvHeadCount % builder.Threads == 0;
        var tokens = PieceTokens(attention, builder.Shape.Tokens, byKvHead ? 1 : builder.Threads);
        return new PrefillStep(
            kernels,
            (AttentionNode)node,
            builder.Kv,
            tokens,
            byKvHead,
            builder.Input(((AttentionNode)node).Query),
            builder.Output(((AttentionNode)node).Result, rowWise: false),
            builder.KvMarker(node.Layer),
            builder.Scratch("attention", PrefillWorkspace.Bytes(kernels.Layout, PrefillStep.Groups(attention, tokens))));
    }

    /// <summary>The machine code for one kind of head.</summary>
    protected abstract PrefillKernels CreateKernels(AttentionParameters attention, KvElementType type);

    /// <summary>Tokens of a piece, such that there are at least two pieces for each of <paramref name="threads"/> that take them in turn.</summary>
    private static int PieceTokens(AttentionParameters attention, int shapeTokens, int threads)
    {
        var pieces = threads == 1 ? 1 : ((2 * threads) + attention.KvHeadCount - 1) / attention.KvHeadCount;
        return Math.Clamp(PieceRows / attention.GroupSize, 1, (shapeTokens + pieces - 1) / pieces);
    }
}
