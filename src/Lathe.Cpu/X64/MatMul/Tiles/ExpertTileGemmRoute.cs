using Lathe.Cpu.MatMul;
using Lathe.Cpu.MatMul.Experts;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>Experts of one type times the tokens that want them on matrix tiles.</summary>
internal sealed class ExpertTileGemmRoute(GgmlType type) : ExpertMatMulRoute(type, "gemm.amx")
{
    public override string Summary => $"{Type} experts expanded to bf16, by bf16 activations, tdpbf16ps";

    public override string GuardSummary => $"experts of type {Type}, at least {TileGemmRoute.MinTokens} rows, AMX bf16";

    public override int Priority => 300;

    // As of the plain product.
    public override double Tolerance => 2e-5;

    public override string? WhyNot(GraphNode node) => TileGemmRoute.WhyNotHere ?? base.WhyNot(node);

    public override string? WhyNot(GraphNode node, GraphShape shape) =>
        WhyNot(node) ?? (shape.Tokens < TileGemmRoute.MinTokens ? $"is for at least {TileGemmRoute.MinTokens} rows" : null);

    protected override MatrixKernel CreateKernel(int k, int rows) => WeightCodes.Visit(Type, new TileGemmFactory(Type, k, rows, packsItself: true));
}
