using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Panels;

/// <summary>Lists the machine code of the panel gemm of a weight type.</summary>
/// <param name="type">Weight type.</param>
/// <param name="k">Values per row.</param>
internal sealed class PanelGemmListing(GgmlType type, int k) : IWeightCodesVisitor<IEnumerable<KernelListing>>
{
    public IEnumerable<KernelListing> Visit<TCodes>()
        where TCodes : struct, IWeightCodes
    {
        var unpacking = GemvFormats.Types.Contains(type) ? Emitted() : PortablePanelUnpacker<TCodes>.FinishEmitter();
        return PanelGemm<TCodes>.List(k).Prepend(Disassembly.List(unpacking));

        KernelEmitter Emitted()
        {
            var format = GemvFormats.Create(type);
            return new PanelUnpackEmitter(format, format.BlocksPerStep, PanelGemm<TCodes>.Layout, !TCodes.HasWideScales);
        }
    }
}
