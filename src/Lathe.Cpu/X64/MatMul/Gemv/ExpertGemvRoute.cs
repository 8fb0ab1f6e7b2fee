using Lathe.Cpu.MatMul;
using Lathe.Cpu.MatMul.Experts;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>Experts of one type times few tokens in machine code cut to the row length.</summary>
internal sealed class ExpertGemvRoute(GgmlType type) : ExpertMatMulRoute(type, "gemv.vnni512")
{
    public override string Summary => $"{Type} experts read once, by int8 activations, vpdpbusd zmm; emitted for each row length";

    public override string GuardSummary => $"experts of type {Type}, up to {GemvRoute.MaxTokens} rows, AVX-512 VNNI";

    public override int Priority => 200;

    public override string? WhyNot(GraphNode node) => GemvRoute.WhyNotHere ?? base.WhyNot(node);

    public override string? WhyNot(GraphNode node, GraphShape shape) =>
        WhyNot(node) ?? (shape.Tokens > GemvRoute.MaxTokens ? $"is for up to {GemvRoute.MaxTokens} rows" : null);

    public override IEnumerable<KernelListing> Kernels(GraphNode? node) =>
        GemvKernel.List(Type, node is null ? GemvRoute.UsualK : ((ExpertMatMulNode)node).Matrix.InputWidth);

    protected override MatrixKernel CreateKernel(int k, int rows) => new GemvKernel(GemvFormats.Create(Type), k, rows);
}
