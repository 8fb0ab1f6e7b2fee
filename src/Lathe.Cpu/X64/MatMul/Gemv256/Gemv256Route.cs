using Lathe.Cpu.MatMul;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv256;

/// <summary>Weights of one type times few tokens in 256-bit machine code cut to the row length, for processors without AVX-512.</summary>
internal sealed class Gemv256Route(GgmlType type, X64Level level) : MatMulRoute(type, $"gemv.{Recipe(level)}")
{
    /// <summary>The levels that there is a route for.</summary>
    public static IReadOnlyList<X64Level> Levels { get; } = [X64Level.AvxVnni, X64Level.Avx2];

    public override string Summary => $"{Type} weights read once, by int8 activations, {Products(level)}; emitted for each row length";

    public override string GuardSummary => $"weights of type {Type}, up to {GemvRoute.MaxTokens} rows, {X64Levels.Name(level)}";

    public override int Priority => PriorityOf(level);

    /// <summary>Last part of a route's id.</summary>
    public static string Recipe(X64Level level) => level == X64Level.AvxVnni ? "vnni256" : "avx2";

    /// <summary>The instructions that multiply.</summary>
    public static string Products(X64Level level) => level == X64Level.AvxVnni ? "vpdpbusd ymm" : "vpmaddubsw ymm";

    /// <summary>Behind the 512-bit form, before the portable kernels.</summary>
    public static int PriorityOf(X64Level level) => level == X64Level.AvxVnni ? 180 : 170;

    public override string? WhyNot(GraphNode node) => X64Levels.WhyNot(level) ?? base.WhyNot(node);

    public override string? WhyNot(GraphNode node, GraphShape shape) =>
        WhyNot(node) ?? (shape.Rows(((MatMulNode)node).Input.Rows) > GemvRoute.MaxTokens ? $"is for up to {GemvRoute.MaxTokens} rows" : null);

    public override IEnumerable<KernelListing> Kernels(GraphNode? node) =>
        Gemv256Kernel.List(Type, level, node is null ? GemvRoute.UsualK : ((MatMulNode)node).Matrix.InputWidth);

    protected override MatrixKernel CreateKernel(int k, int rows) => new Gemv256Kernel(Type, level, k, rows);
}
