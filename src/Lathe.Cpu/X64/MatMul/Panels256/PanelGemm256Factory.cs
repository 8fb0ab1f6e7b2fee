using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;

namespace Lathe.Cpu.X64.MatMul.Panels256;

/// <summary>Makes the 256-bit panel gemm of a weight type.</summary>
/// <param name="level">What the code may use.</param>
/// <param name="k">Values per row.</param>
internal sealed unsafe class PanelGemm256Factory(X64Level level, int k) : IWeightCodesVisitor<MatrixKernel>
{
    public MatrixKernel Visit<TCodes>()
        where TCodes : struct, IWeightCodes
    {
        // What is initialised before a kernel is compiled is a constant in it.
        _ = HalfTable.Values[0];
        TCodes.Prepare();
        return level == X64Level.AvxVnni ? new PanelGemm256<TCodes, AvxVnniDot>(level, k) : new PanelGemm256<TCodes, Avx2Dot>(level, k);
    }
}
