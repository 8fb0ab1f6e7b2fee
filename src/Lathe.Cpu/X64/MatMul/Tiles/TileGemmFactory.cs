using Lathe.Cpu.Simd.MatMul;
using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Formats.Gguf;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>Makes the tile gemm of a weight type.</summary>
/// <param name="type">Weight type.</param>
/// <param name="k">Values per row.</param>
/// <param name="tokens">Most tokens of a call.</param>
/// <param name="packsItself">True if activations come as f32 rows.</param>
/// <param name="specialized">False for the generic form of the code.</param>
internal sealed unsafe class TileGemmFactory(GgmlType type, int k, int tokens, bool packsItself, bool specialized = true) : IWeightCodesVisitor<TileGemm>
{
    public TileGemm Visit<TCodes>()
        where TCodes : struct, IWeightCodes
    {
        if (GemvFormats.Types.Contains(type))
        {
            return Create(specialized ? new EmittedTileUnpacker(type, k) : new GenericTileUnpacker(type, k));
        }

        // What is initialised before a kernel is compiled is a constant in it.
        _ = HalfTable.Values[0];
        TCodes.Prepare();
        return Create(new PortableTileUnpacker<TCodes>());
    }

    private TileGemm Create(ITileUnpacker unpacker) => new(unpacker, TileParts.Rounded, k, tokens, packsItself, specialized);
}
