using Lathe.Cpu.MatMul;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul;

/// <summary>A matrix product of one weight type in one way.</summary>
internal sealed class EmittedMatMulRoute(GgmlType type, MatMulRecipe recipe) : MatMulRoute(type, recipe.Name)
{
    public override string Summary => $"{Type} weights {recipe.Summary}";

    public override string GuardSummary => $"{base.GuardSummary}, {recipe.Guard}";

    public override RouteSetting Default => recipe.Default;

    public override int Priority => recipe.Priority;

    public override double Tolerance => recipe.Tolerance ?? base.Tolerance;

    public override bool GainsFromGating => recipe.GainsFromGating;

    public override string? WhyNot(GraphNode node) => recipe.WhyNotHere ?? base.WhyNot(node) ?? recipe.WhyNotLength(((MatMulNode)node).Matrix.InputWidth);

    public override string? WhyNot(GraphNode node, GraphShape shape) => WhyNot(node) ?? recipe.WhyNotRows(shape.Rows(((MatMulNode)node).Input.Rows));

    public override IEnumerable<KernelListing> Kernels(GraphNode? node) =>
        recipe.List(Type, node is null ? MatMulRecipe.UsualK : ((MatMulNode)node).Matrix.InputWidth);

    protected override MatrixKernel CreateKernel(int k, int rows) => recipe.CreateKernel(Type, k, rows, ofExperts: false);
}
