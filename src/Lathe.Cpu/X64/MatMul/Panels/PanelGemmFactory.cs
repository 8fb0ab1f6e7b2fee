using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Makes the panel gemm of a weight type.</summary>
/// <param name="k">Values per row.</param>
internal sealed unsafe class PanelGemmFactory(int k) : IWeightCodesVisitor<MatrixKernel>
{
    public MatrixKernel Visit<TCodes>()
        where TCodes : struct, IWeightCodes
    {
        // What is initialised before a kernel is compiled is a constant in it.
        _ = HalfTable.Values[0];
        TCodes.Prepare();
        return new PanelGemm<TCodes>(k);
    }
}
