using Lathe.Cpu.MatMul;
using Lathe.Cpu.MatMul.Experts;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv256;

/// <summary>Experts of one type times few tokens in 256-bit machine code cut to the row length, for processors without AVX-512.</summary>
internal sealed class ExpertGemv256Route(GgmlType type, X64Level level) : ExpertMatMulRoute(type, $"gemv.{Gemv256Route.Recipe(level)}")
{
    public override string Summary => $"{Type} experts read once, by int8 activations, {Gemv256Route.Products(level)}; emitted for each row length";

    public override string GuardSummary => $"experts of type {Type}, up to {GemvRoute.MaxTokens} rows, {X64Levels.Name(level)}";

    public override int Priority => Gemv256Route.PriorityOf(level);

    public override string? WhyNot(GraphNode node) => X64Levels.WhyNot(level) ?? base.WhyNot(node);

    public override string? WhyNot(GraphNode node, GraphShape shape) =>
        WhyNot(node) ?? (shape.Tokens > GemvRoute.MaxTokens ? $"is for up to {GemvRoute.MaxTokens} rows" : null);

    public override IEnumerable<KernelListing> Kernels(GraphNode? node) =>
        Gemv256Kernel.List(Type, level, node is null ? GemvRoute.UsualK : ((ExpertMatMulNode)node).Matrix.InputWidth);

    protected override MatrixKernel CreateKernel(int k, int rows) => new Gemv256Kernel(Type, level, k, rows);
}
