using Lathe.Cpu.MatMul;
using Lathe.Cpu.MatMul.Experts;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Cpu.X64.MatMul.Gemv256;
using Lathe.Cpu.X64.MatMul.Panels;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Panels256;

/// <summary>Experts of one type times the tokens that want them in 8 bits with 256-bit vectors, for processors without AVX-512.</summary>
internal sealed class ExpertPanelGemm256Route(GgmlType type, X64Level level) : ExpertMatMulRoute(type, $"gemm.{Gemv256Route.Recipe(level)}")
{
    public override string Summary => $"{Type} experts unpacked in panels, by int8 activations, {Gemv256Route.Products(level)}";

    public override string GuardSummary => $"experts of type {Type}, at least {PanelGemmRoute.MinTokens} rows, {X64Levels.Name(level)}";

    public override int Priority => PanelGemm256Route.PriorityOf(level);

    public override string? WhyNot(GraphNode node) => X64Levels.WhyNot(level) ?? base.WhyNot(node);

    public override string? WhyNot(GraphNode node, GraphShape shape) =>
        WhyNot(node) ?? (shape.Tokens < PanelGemmRoute.MinTokens ? $"is for at least {PanelGemmRoute.MinTokens} rows" : null);

    public override IEnumerable<KernelListing> Kernels(GraphNode? node) => WeightCodes.Visit(
        Type, new PanelGemm256Listing(level, node is null ? GemvRoute.UsualK : ((ExpertMatMulNode)node).Matrix.InputWidth));

    protected override MatrixKernel CreateKernel(int k, int rows) => WeightCodes.Visit(Type, new PanelGemm256Factory(level, k));
}
