using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.Simd.MatMul.Dot;

namespace Lathe.Cpu.X64.MatMul.Panels256;

/// <summary>Lists the machine code of a weight type's 256-bit panel gemm.</summary>
/// <param name="level">What the code may use.</param>
/// <param name="k">Values per row.</param>
internal sealed class PanelGemm256Listing(X64Level level, int k) : IWeightCodesVisitor<IEnumerable<KernelListing>>
{
    public IEnumerable<KernelListing> Visit<TCodes>()
        where TCodes : struct, IWeightCodes
    {
        var bytes = new ActivationLayout(k).RowBytes;
        var shape = level == X64Level.AvxVnni ? PanelGemm256<TCodes, AvxVnniDot>.Shape(bytes) : PanelGemm256<TCodes, Avx2Dot>.Shape(bytes);
        return shape.TokenCounts(level).SelectMany(tokens => ((bool[])[true, false]).Select(fresh => Disassembly.List(new PanelGemm256Emitter(shape, level, tokens, fresh))));
    }
}
