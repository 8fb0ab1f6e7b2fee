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
        IEnumerable<KernelListing> kernels = PanelGemm<TCodes>.List(k);
        if (GemvFormats.Types.Contains(type))
        {
            var format = GemvFormats.Create(type);
            kernels = kernels.Prepend(Disassembly.List(new PanelUnpackEmitter(format, format.BlocksPerStep)));
        }

        return kernels;
    }
}
