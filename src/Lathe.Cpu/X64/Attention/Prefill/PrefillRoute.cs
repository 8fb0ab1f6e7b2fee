using Lathe.Cpu.Execution;
using Lathe.Cpu.X64.Attention.Decode;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;
using Lathe.Engine.Routing;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>Attention of many tokens with matrix tiles.</summary>
internal sealed class PrefillRoute : CpuRoute
{
    /// <summary>Below it a query row of its own is faster.</summary>
    public const int MinTokens = DecodeRoute.MaxTokens + 1;

    /// <summary>Query rows of a piece: enough to repay the conversion of keys and values.</summary>
    private const int PieceRows = 3072;

    public override string Id => "cpu.attention.prefill.amx";

    public override string Op => "attention";

    public override string Summary => "online softmax over bf16 matrix tiles; emitted for each head size, cap and kind of mask";

    public override string GuardSummary => $"{MinTokens} tokens and more, head dimensions that are multiples of 16, f32 sinks, AMX bf16";

    public override RouteSetting Default => RouteSetting.On;

    public override int Priority => 200;

    // Queries, keys, values and weights keep 8 bits: 2^-18 / 3 of the power each, and errors of the scores come on top.
    public override double Tolerance => 1e-4;

    public override string? WhyNot(GraphNode node) =>
        node is not AttentionNode attention ? $"runs attention, not {node.Op}"
        : !X64Features.AmxBf16 ? "the processor has no bf16 matrix tiles, or the system does not grant them"
        : AttentionHeads.WhyNot(attention);

    public override string? WhyNot(GraphNode node, GraphShape shape) =>
        WhyNot(node) ?? (shape.Tokens < MinTokens ? $"is for {MinTokens} tokens and more" : null);

    public override CpuStep Compile(GraphNode node, StepBuilder builder)
    {
        var attention = ((AttentionNode)node).Attention;
        var byKvHead = attention.KvHeadCount % builder.Threads == 0;
        var tokens = PieceTokens(attention, builder.Shape.Tokens, byKvHead ? 1 : builder.Threads);
        return new PrefillStep(
            (AttentionNode)node,
            builder.Kv,
            tokens,
            byKvHead,
            builder.Input(((AttentionNode)node).Query),
            builder.Output(((AttentionNode)node).Result, rowWise: false),
            builder.KvMarker(node.Layer),
            builder.Scratch("attention", PrefillWorkspace.Bytes(AttentionTileLayout.Of(attention), PrefillStep.Groups(attention, tokens))));
    }

    /// <summary>Tokens of a piece, such that there are at least two pieces for each of <paramref name="threads"/> that take them in turn.</summary>
    private static int PieceTokens(AttentionParameters attention, int shapeTokens, int threads)
    {
        var pieces = threads == 1 ? 1 : ((2 * threads) + attention.KvHeadCount - 1) / attention.KvHeadCount;
        return Math.Clamp(PieceRows / attention.GroupSize, 1, (shapeTokens + pieces - 1) / pieces);
    }
}
