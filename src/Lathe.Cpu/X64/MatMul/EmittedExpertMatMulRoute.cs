using Lathe.Cpu.MatMul;
using Lathe.Cpu.MatMul.Experts;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul;

/// <summary>Products with the picked experts of one weight type in one way.</summary>
internal sealed class EmittedExpertMatMulRoute(GgmlType type, MatMulRecipe recipe) : ExpertMatMulRoute(type, recipe.Name)
{
    public override string Summary => $"{Type} experts {recipe.Summary}";

    public override string GuardSummary => $"{base.GuardSummary}, {recipe.Guard}";

    public override RouteSetting Default => recipe.Default;

    public override int Priority => recipe.Priority;

    public override double Tolerance => recipe.Tolerance ?? base.Tolerance;

    public override bool GainsFromGating => recipe.GainsFromGating;

    public override string? WhyNot(GraphNode node) => recipe.WhyNotHere ?? base.WhyNot(node) ?? recipe.WhyNotLength(((ExpertMatMulNode)node).Matrix.InputWidth);

    public override string? WhyNot(GraphNode node, GraphShape shape) => WhyNot(node) ?? recipe.WhyNotRows(shape.Tokens);

    public override IEnumerable<KernelListing> Kernels(GraphNode? node) =>
        (recipe.ListOfExperts ?? recipe.List)(Type, node is null ? MatMulRecipe.UsualK : ((ExpertMatMulNode)node).Matrix.InputWidth);

    protected override MatrixKernel CreateKernel(int k, int rows) => recipe.CreateKernel(Type, k, rows, ofExperts: true);
}
