using Lathe.Cpu.MatMul;
using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Makes the panel gemm of a weight type.</summary>
/// <param name="type">Weight type.</param>
/// <param name="k">Values per row.</param>
/// <param name="ofExperts">True for tokens that lie anywhere, and may be few.</param>
/// <param name="specialized">False for the generic form of the code.</param>
internal sealed unsafe class PanelGemmFactory(GgmlType type, int k, bool ofExperts = false, bool specialized = true) : IWeightCodesVisitor<MatrixKernel>
{
    public MatrixKernel Visit<TCodes>()
        where TCodes : struct, IWeightCodes
    {
        if (GemvFormats.Types.Contains(type))
        {
            var panels = new PanelGemm<TCodes>(new EmittedPanelUnpacker(type, k, PanelGemm<TCodes>.Layout, !TCodes.HasWideScales), k, specialized, ofExperts);
            return ofExperts ? new PanelOrGemv(panels, PanelGemm<TCodes>.Activations, new GemvKernel(GemvFormats.Create(type), k, PanelOrGemv.MaxTokens)) : panels;
        }

        // What is initialised before a kernel is compiled is a constant in it.
        _ = HalfTable.Values[0];
        TCodes.Prepare();
        return new PanelGemm<TCodes>(new PortablePanelUnpacker<TCodes>(), k, specialized, ofExperts);
    }
}
