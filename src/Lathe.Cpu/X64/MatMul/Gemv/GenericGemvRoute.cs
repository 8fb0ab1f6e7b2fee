using Lathe.Cpu.MatMul;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Gemv;

/// <summary>The code of <see cref="GemvRoute"/> with the length of the rows as an argument: what specialisation is measured against.</summary>
internal sealed class GenericGemvRoute(GgmlType type) : MatMulRoute(type, "gemv.vnni512.generic")
{
    public override string Summary => $"{Type} weights read once, by int8 activations, vpdpbusd zmm; one form for all row lengths";

    public override string GuardSummary => $"weights of type {Type}, rows of whole 256 values, up to {GemvRoute.MaxTokens} rows, AVX-512 VNNI";

    public override RouteSetting Default => RouteSetting.Auto;

    public override int Priority => 190;

    public override string? WhyNot(GraphNode node) =>
        GemvRoute.WhyNotHere ?? base.WhyNot(node)
        ?? (((MatMulNode)node).Matrix.InputWidth % GemvLayout.StepElements != 0 ? $"is for rows of whole {GemvLayout.StepElements} values" : null);

    public override string? WhyNot(GraphNode node, GraphShape shape) =>
        WhyNot(node) ?? (shape.Rows(((MatMulNode)node).Input.Rows) > GemvRoute.MaxTokens ? $"is for up to {GemvRoute.MaxTokens} rows" : null);

    protected override MatrixKernel CreateKernel(int k, int rows) => new GemvKernel(GemvFormats.Create(Type), k, rows, specialized: false);
}
