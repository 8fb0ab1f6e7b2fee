using Lathe.Cpu.MatMul;
using Lathe.Cpu.MatMul.Experts;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Experts of one type times the tokens that want them in 8 bits.</summary>
internal sealed class ExpertPanelGemmRoute(GgmlType type) : ExpertMatMulRoute(type, "gemm.vnni512")
{
    public override string Summary => $"{Type} experts unpacked in panels, by int8 activations, vpdpbusd zmm";

    public override string GuardSummary => $"experts of type {Type}, at least {PanelGemmRoute.MinTokens} rows, AVX-512 VNNI";

    public override int Priority => 150;

    public override string? WhyNot(GraphNode node) => GemvRoute.WhyNotHere ?? base.WhyNot(node);

    public override string? WhyNot(GraphNode node, GraphShape shape) =>
        WhyNot(node) ?? (shape.Tokens < PanelGemmRoute.MinTokens ? $"is for at least {PanelGemmRoute.MinTokens} rows" : null);

    public override IEnumerable<KernelListing> Kernels(GraphNode? node) =>
        WeightCodes.Visit(Type, new PanelGemmListing(Type, node is null ? GemvRoute.UsualK : ((ExpertMatMulNode)node).Matrix.InputWidth));

    protected override MatrixKernel CreateKernel(int k, int rows) => WeightCodes.Visit(Type, new PanelGemmFactory(Type, k));
}
