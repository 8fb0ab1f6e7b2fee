using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Cpu.X64.MatMul.Gemv256;
using Lathe.Cpu.X64.MatMul.Panels;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Panels256;

/// <summary>Weights of one type times many tokens in 8 bits with 256-bit vectors, for processors without AVX-512.</summary>
internal sealed class PanelGemm256Route(GgmlType type, X64Level level) : MatMulRoute(type, $"gemm.{Gemv256Route.Recipe(level)}")
{
    public override string Summary => $"{Type} weights unpacked in panels, by int8 activations, {Gemv256Route.Products(level)}";

    public override string GuardSummary => $"weights of type {Type}, at least {PanelGemmRoute.MinTokens} rows, {X64Levels.Name(level)}";

    public override int Priority => PriorityOf(level);

    /// <summary>Behind the 512-bit form, before the portable kernels.</summary>
    public static int PriorityOf(X64Level level) => level == X64Level.AvxVnni ? 140 : 130;

    public override string? WhyNot(GraphNode node) => X64Levels.WhyNot(level) ?? base.WhyNot(node);

    public override string? WhyNot(GraphNode node, GraphShape shape) =>
        WhyNot(node) ?? (shape.Rows(((MatMulNode)node).Input.Rows) < PanelGemmRoute.MinTokens ? $"is for at least {PanelGemmRoute.MinTokens} rows" : null);

    public override IEnumerable<KernelListing> Kernels(GraphNode? node) => WeightCodes.Visit(
        Type, new PanelGemm256Listing(level, node is null ? GemvRoute.UsualK : ((MatMulNode)node).Matrix.InputWidth));

    protected override MatrixKernel CreateKernel(int k, int rows) => WeightCodes.Visit(Type, new PanelGemm256Factory(level, k));
}
