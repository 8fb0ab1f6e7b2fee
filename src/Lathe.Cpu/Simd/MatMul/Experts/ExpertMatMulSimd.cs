using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Routing;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Cpu.Simd.MatMul.Experts;

/// <summary>Products with the picked experts through the matrix kernels of one weight type: for one token a gemv per expert, for many a gemm per expert
/// over the tokens that want it.</summary>
internal sealed class ExpertMatMulSimd(GgmlType type) : CpuRoute
{
    private readonly MatMulKernel _kernel = MatMulKernels.Find(type);

    public override string Id => $"cpu.expert_matmul.{BlockFormat.Get(type).Name.ToLowerInvariant()}.simd";

    public override string Op => "expert_matmul";

    public override string Summary => _kernel.ActivationKind == ActivationKind.Quantized
        ? $"{type} experts by int8 activations with a scale per 32, tokens grouped by expert ({_kernel.Tier})"
        : $"{type} experts by f32 activations, tokens grouped by expert ({_kernel.Tier})";

    public override string GuardSummary => $"experts of type {type}";

    public override RouteSetting Default => RouteSetting.On;

    public override int Priority => 100;

    // As of the plain product: eight bits of activation leave about 2^-16 of the power as error.
    public override double Tolerance => _kernel.ActivationKind == ActivationKind.Quantized ? 5e-4 : 1e-9;

    public override string? WhyNot(GraphNode node) => node switch
    {
        ExpertMatMulNode product when product.Matrix.Type == type => null,
        ExpertMatMulNode product => $"the experts are {product.Matrix.Type}, not {type}",
        _ => $"runs expert_matmul, not {node.Op}",
    };

    public override CpuStep Compile(GraphNode node, StepBuilder builder)
    {
        var product = (ExpertMatMulNode)node;
        var operands = new ExpertOperands(
            _kernel, product, Activations(product, builder), builder.Input(product.Routing), builder.Output(product.Result, rowWise: false));
        return builder.Shape.Tokens == 1 && !builder.BatchInvariant
            ? new ExpertGemvStep(operands, builder.Scratch("expert_matmul.panel", _kernel.ScratchBytes))
            : ExpertGemmStep.Create(operands, builder);
    }

    private CpuBuffer Activations(ExpertMatMulNode product, StepBuilder builder)
    {
        var input = product.Input;
        if (_kernel.ActivationKind == ActivationKind.Float)
        {
            return builder.Input(input);
        }

        return product.IsInputShared
            ? builder.Derived(input, "q8", ActivationLayout.BytesPerRow(input.Width), (from, to) => new QuantizeActivations(input, from, to))
            : builder.Derived(
                input, "q8.groups", ActivationLayout.BytesPerRow(input.GroupWidth) * input.GroupCount, (from, to) => new QuantizeGroups(input, from, to));
    }
}
