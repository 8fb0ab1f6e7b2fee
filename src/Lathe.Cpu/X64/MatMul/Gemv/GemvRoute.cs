using Lathe.Cpu.MatMul;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>Weights of one type times few tokens in machine code cut to the row length.</summary>
internal sealed class GemvRoute(GgmlType type) : MatMulRoute(type, "gemv.vnni512")
{
    /// <summary>Above it a gemm is faster: it unpacks the weights once for all tokens.</summary>
    public const int MaxTokens = 8;

    /// <summary>Row length of a kernel that is listed without a model.</summary>
    public const int UsualK = 4096;

    public static string? WhyNotHere => X64Features.Avx512Vnni ? null : "the processor has no 512-bit vpdpbusd";

    public override string Summary => $"{Type} weights read once, by int8 activations, vpdpbusd zmm; emitted for each row length";

    public override string GuardSummary => $"weights of type {Type}, up to {MaxTokens} rows, AVX-512 VNNI";

    public override int Priority => 200;

    public override string? WhyNot(GraphNode node) => WhyNotHere ?? base.WhyNot(node);

    public override string? WhyNot(GraphNode node, GraphShape shape) =>
        WhyNot(node) ?? (shape.Rows(((MatMulNode)node).Input.Rows) > MaxTokens ? $"is for up to {MaxTokens} rows" : null);

    public override IEnumerable<KernelListing> Kernels(GraphNode? node) =>
        GemvKernel.List(Type, node is null ? UsualK : ((MatMulNode)node).Matrix.InputWidth);

    protected override MatrixKernel CreateKernel(int k, int rows) => new GemvKernel(GemvFormats.Create(Type), k, rows);
}
