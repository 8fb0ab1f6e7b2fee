using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.MatMul.Experts;

/// <summary>Products with the picked experts through a <see cref="MatrixKernel"/>: for one token a product per expert, for many a product per expert
/// over the tokens that want it.</summary>
/// <param name="type">Weight type.</param>
/// <param name="recipe">Last part of the id.</param>
internal abstract class ExpertMatMulRoute(GgmlType type, string recipe) : CpuRoute
{
    public override string Id { get; } = $"cpu.expert_matmul.{BlockFormat.Get(type).Name.ToLowerInvariant()}.{recipe}";

    public override string Op => "expert_matmul";

    public override string GuardSummary => $"experts of type {Type}";

    public override RouteSetting Default => RouteSetting.On;

    // As of the plain product: eight bits of activation leave about 2^-16 of the power as error.
    public override double Tolerance => 5e-4;

    protected GgmlType Type { get; } = type;

    public override string? WhyNot(GraphNode node) => node switch
    {
        ExpertMatMulNode product when product.Matrix.Type == Type => null,
        ExpertMatMulNode product => $"the experts are {product.Matrix.Type}, not {Type}",
        _ => $"runs expert_matmul, not {node.Op}",
    };

    public override CpuStep Compile(GraphNode node, StepBuilder builder)
    {
        var product = (ExpertMatMulNode)node;
        var kernel = CreateKernel(product.Matrix.InputWidth, builder.Shape.Tokens);
        var operands = new ExpertOperands(
            kernel,
            product,
            Activations(kernel, product, builder),
            builder.Input(product.Routing),
            product.Gating is null ? null : builder.Input(product.Gating.Gate),
            builder.Output(product.Result, rowWise: false));
        return builder.Shape.Tokens == 1 && !builder.BatchInvariant
            ? new ExpertGemvStep(operands, builder.Scratch("expert_matmul.panel", kernel.ScratchBytes))
            : ExpertGemmStep.Create(operands, builder);
    }

    /// <inheritdoc cref="MatMulRoute.GainsFromGating"/>
    public virtual bool GainsFromGating => false;

    /// <summary>The kernel for rows of <paramref name="k"/> values, for up to <paramref name="rows"/> rows of activations.</summary>
    protected abstract MatrixKernel CreateKernel(int k, int rows);

    private static CpuBuffer Activations(MatrixKernel kernel, ExpertMatMulNode product, StepBuilder builder)
    {
        var input = product.Input;
        if (kernel.ActivationForm is not { } form)
        {
            return builder.Input(input);
        }

        return product.IsInputShared
            ? builder.Derived(input, form, kernel.ActivationBytesPerRow(input.Width), (from, to) => kernel.CreatePacking(input, from, to), kernel.PackedRows)
            : builder.Derived(
                input, $"{form}.groups", kernel.ActivationBytesPerRow(input.GroupWidth) * input.GroupCount, (from, to) => new PackGroups(kernel, input, from, to));
    }
}
