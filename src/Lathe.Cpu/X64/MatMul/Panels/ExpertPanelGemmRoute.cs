using Lathe.Cpu.MatMul;
using Lathe.Cpu.MatMul.Experts;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Engine.Graphs;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Experts of one type times the tokens that want them in 8 bits.</summary>
internal sealed class ExpertPanelGemmRoute(GgmlType type) : ExpertMatMulRoute(type, "gemm.vnni512")
{
    public override string Summary => $"{Type} experts unpacked in panels, by int8 activations, vpdpbusd zmm";

    public override string GuardSummary => $"experts of type {Type}, AVX-512 VNNI";

    public override int Priority => 150;

    public override string? WhyNot(GraphNode node) => GemvRoute.WhyNotHere ?? base.WhyNot(node);

    protected override MatrixKernel CreateKernel(int k, int rows, bool batchInvariant) => WeightCodes.Visit(Type, new PanelGemmFactory(k));
}
