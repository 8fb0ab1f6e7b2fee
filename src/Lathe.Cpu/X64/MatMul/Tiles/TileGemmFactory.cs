using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>Makes the tile gemm of a weight type.</summary>
/// <param name="k">Values per row.</param>
/// <param name="tokens">Most tokens of a call.</param>
/// <param name="packsItself">True if activations come as f32 rows.</param>
internal sealed unsafe class TileGemmFactory(int k, int tokens, bool packsItself) : IWeightCodesVisitor<TileGemm>
{
    public TileGemm Visit<TCodes>(GgmlType type)
        where TCodes : struct, IWeightCodes
    {
        // What is initialised before a kernel is compiled is a constant in it.
        _ = HalfTable.Values[0];
        TCodes.Prepare();
        return new TileGemm(&TileUnpacker<TCodes>.Unpack, k, tokens, packsItself);
    }
}
