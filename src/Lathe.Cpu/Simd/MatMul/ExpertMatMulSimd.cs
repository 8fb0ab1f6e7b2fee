using Lathe.Cpu.MatMul;
using Lathe.Cpu.MatMul.Experts;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Simd.MatMul;

/// <summary>Products with the picked experts through the portable matrix kernels of one weight type.</summary>
internal sealed class ExpertMatMulSimd(GgmlType type) : ExpertMatMulRoute(type, "simd")
{
    private readonly MatMulKernel _kernel = MatMulKernels.Find(type);

    public override string Summary => _kernel.ActivationKind == ActivationKind.Quantized
        ? $"{Type} experts by int8 activations with a scale per 32, tokens grouped by expert ({_kernel.Tier})"
        : $"{Type} experts by f32 activations, tokens grouped by expert ({_kernel.Tier})";

    public override int Priority => 100;

    public override double Tolerance => _kernel.ActivationKind == ActivationKind.Quantized ? base.Tolerance : 1e-9;

    protected override MatrixKernel CreateKernel(int k, int rows) => _kernel;
}
