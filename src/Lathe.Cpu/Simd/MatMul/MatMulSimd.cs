using Lathe.Cpu.MatMul;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Simd.MatMul;

/// <summary>Matrix product of one weight type with the widest portable vectors.</summary>
internal sealed class MatMulSimd(GgmlType type) : MatMulRoute(type, "simd")
{
    private readonly MatMulKernel _kernel = MatMulKernels.Find(type);

    public override string Summary => _kernel.ActivationKind == ActivationKind.Quantized
        ? $"{Type} weights by int8 activations with a scale per 32 ({_kernel.Tier})"
        : $"{Type} weights by f32 activations ({_kernel.Tier})";

    public override int Priority => 100;

    public override double Tolerance => _kernel.ActivationKind == ActivationKind.Quantized ? base.Tolerance : 1e-9;

    protected override MatrixKernel CreateKernel(int k, int rows) => _kernel;
}
