using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Weights of one type times many tokens in 8 bits.</summary>
internal sealed class PanelGemmRoute(GgmlType type) : MatMulRoute(type, "gemm.vnni512")
{
    /// <summary>Below it unpacking costs more than it saves.</summary>
    public const int MinTokens = GemvRoute.MaxTokens + 1;

    public override string Summary => $"{Type} weights unpacked in panels, by int8 activations, vpdpbusd zmm";

    public override string GuardSummary => $"weights of type {Type}, at least {MinTokens} rows, AVX-512 VNNI";

    public override int Priority => 150;

    public override string? WhyNot(GraphNode node) => GemvRoute.WhyNotHere ?? base.WhyNot(node);

    public override string? WhyNot(GraphNode node, GraphShape shape) =>
        WhyNot(node) ?? (shape.Rows(((MatMulNode)node).Input.Rows) < MinTokens ? $"is for at least {MinTokens} rows" : null);

    public override IEnumerable<KernelListing> Kernels(GraphNode? node) =>
        WeightCodes.Visit(Type, new PanelGemmListing(Type, node is null ? GemvRoute.UsualK : ((MatMulNode)node).Matrix.InputWidth));

    protected override MatrixKernel CreateKernel(int k, int rows) => WeightCodes.Visit(Type, new PanelGemmFactory(Type, k));
}
