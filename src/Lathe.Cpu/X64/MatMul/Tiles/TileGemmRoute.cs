using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>Weights of one type times many tokens on matrix tiles.</summary>
internal sealed class TileGemmRoute(GgmlType type) : MatMulRoute(type, "gemm.amx")
{
    /// <summary>Below it most of the tiles would be empty.</summary>
    public const int MinTokens = 9;

    public static string? WhyNotHere => X64Features.AmxBf16 ? null : "the processor has no matrix tiles, or the system does not grant them";

    public override string Summary => $"{Type} weights expanded to bf16, by bf16 activations, tdpbf16ps";

    public override string GuardSummary => $"weights of type {Type}, at least {MinTokens} rows, AMX bf16";

    public override int Priority => 300;

    // bf16 on both sides: 2^-9 of each value at most, about 2^-18.6 of the power for each side.
    public override double Tolerance => 2e-5;

    public override string? WhyNot(GraphNode node) => WhyNotHere ?? base.WhyNot(node);

    public override string? WhyNot(GraphNode node, GraphShape shape) =>
        WhyNot(node) ?? (shape.Rows(((MatMulNode)node).Input.Rows) < MinTokens ? $"is for at least {MinTokens} rows" : null);

    protected override MatrixKernel CreateKernel(int k, int rows) => WeightCodes.Visit(Type, new TileGemmFactory(Type, k, rows, packsItself: false));
}
