using Lathe.Cpu.MatMul;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.Simd.MatMul;

/// <summary>The matrix kernels of one weight type on one tier.
/// Resolve it once with <see cref="MatMulKernels.Find(GgmlType, SimdTier)"/> and keep it.</summary>
/// <param name="type">Weight type.</param>
/// <param name="tier">Tier that the code is written for.</param>
/// <param name="activationKind">What the kernels read as activations.</param>
/// <param name="gemv">Kernel for few tokens.</param>
/// <param name="gemm">Kernel for many tokens.</param>
/// <param name="scratchBytes">Scratch that each thread hands in.</param>
/// <param name="rowMultiple">Rows that the gemm unpacks together.</param>
public sealed unsafe class MatMulKernel(
    GgmlType type,
    SimdTier tier,
    ActivationKind activationKind,
    delegate*<MatMulArguments*, void> gemv,
    delegate*<MatMulArguments*, void> gemm,
    int scratchBytes,
    int rowMultiple) : MatrixKernel
{
    public GgmlType Type { get; } = type;

    public SimdTier Tier { get; } = tier;

    public ActivationKind ActivationKind { get; } = activationKind;

    /// <summary>Reads each weight once and is meant for one token or a few: it expands the weights again for every token.</summary>
    public delegate*<MatMulArguments*, void> Gemv { get; } = gemv;

    /// <summary>One pass of <see cref="Gemv"/> over the weights serves up to this many tokens; more go to <see cref="Gemm"/>.</summary>
    public const int GemvTokens = 4;

    /// <summary>Expands a panel of rows once and runs all tokens over it.</summary>
    public delegate*<MatMulArguments*, void> Gemm { get; } = gemm;

    /// <summary>Bytes that <see cref="MatMulArguments.Scratch"/> must hold, for every K.</summary>
    public override int ScratchBytes { get; } = scratchBytes;

    /// <summary>Row ranges of <see cref="Gemm"/> that are a multiple of this waste no work; any range is legal.</summary>
    public override int RowMultiple { get; } = rowMultiple;

    /// <summary>Bytes of one token's activations for rows of <paramref name="k"/> values.</summary>
    public override long ActivationBytesPerRow(int k) =>
        ActivationKind == ActivationKind.Quantized ? ActivationLayout.BytesPerRow(k) : (long)k * sizeof(float);

    public override string? ActivationForm => ActivationKind == ActivationKind.Quantized ? "q8" : null;

    public override void Pack(float* x, byte* row, int k)
    {
        if (ActivationKind == ActivationKind.Quantized)
        {
            ActivationLayout.Quantize(x, row, k);
        }
        else
        {
            new Span<float>(x, k).CopyTo(new Span<float>(row, k));
        }
    }

    /// <summary>Runs the kernel that suits the number of tokens; <see cref="Gemm"/> sums each product in one order, whatever stands beside it.</summary>
    public override void Run(MatMulArguments* arguments) => (arguments->Tokens <= GemvTokens && !arguments->BatchInvariant ? Gemv : Gemm)(arguments);
}
