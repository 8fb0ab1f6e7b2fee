using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Lists the machine code of the panel gemm of a weight type.</summary>
/// <param name="type">Weight type.</param>
/// <param name="k">Values per row.</param>
/// <param name="ofExperts">True for the code for tokens that lie anywhere, and that for few.</param>
/// <param name="specialized">False for the generic form of the code.</param>
internal sealed class PanelGemmListing(GgmlType type, int k, bool ofExperts = false, bool specialized = true) : IWeightCodesVisitor<IEnumerable<KernelListing>>
{
    public IEnumerable<KernelListing> Visit<TCodes>()
        where TCodes : struct, IWeightCodes
    {
        var unpacking = GemvFormats.Types.Contains(type)
            ? EmittedPanelUnpacker.List(type, k, PanelGemm<TCodes>.Layout, !TCodes.HasWideScales)
            : [Disassembly.List(PortablePanelUnpacker<TCodes>.FinishEmitter())];
        var listing = unpacking.Concat(PanelGemm<TCodes>.List(k, specialized, scattered: ofExperts));
        return ofExperts && GemvFormats.Types.Contains(type) ? listing.Concat(GemvKernel.List(type, k)) : listing;
    }
}
