using Lathe.Engine.Graphs;
using Lathe.Engine.Models;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.Attention;

/// <summary>The heads that the emitted kernels take.</summary>
internal static class AttentionHeads
{
    private const int Multiple = 16;

    private static readonly AttentionParameters s_usual = new(HeadCount: 32, KvHeadCount: 8, HeadDim: 128, ValueDim: 128, Scale: 1);

    /// <summary>The heads of a node whose kernels are listed; usual ones without a node.</summary>
    public static AttentionParameters Of(GraphNode? node) => node is null ? s_usual : ((AttentionNode)node).Attention;

    /// <summary>Null if they take those of <paramref name="node"/>; otherwise why not.</summary>
    public static string? WhyNot(AttentionNode node) =>
        node.Attention.HeadDim % Multiple != 0 || node.Attention.ValueDim % Multiple != 0
            ? $"{node.Name} has heads of {node.Attention.HeadDim} and {node.Attention.ValueDim} values, and the kernel wants multiples of {Multiple}"
            : node.Attention.Sinks is { Type: not GgmlType.F32 } sinks
                ? $"{sinks.Name} is {sinks.Type}, and the kernel wants F32"
                : null;
}
