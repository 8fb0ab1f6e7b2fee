using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>Converts the values of a page to bf16 and transposes them: a row of a tile is one dim of 32 tokens. Values of tokens that do not exist
/// become 0: they have no weight, but 0 times what happens to lie there might be NaN.</summary>
/// <remarks>
/// <code>
/// for each 32 tokens, for each 16 dims
///     for each pair of tokens: vector[pair] = bf16 of both, side by side for each dim
///     transpose 16 × 16 pairs; tile[dim] = vector, with zeros for tokens that do not exist
/// </code>
/// rsi the values, rdi the tile; zmm0-15 vectors, zmm16-18 loads, zmm19 the order of words; k1 the tokens that exist.
/// </remarks>
internal sealed class ValueTilesEmitter(KvRows values) : KernelEmitter
{
    private const int Pairs = AttentionTileLayout.UnitKeys / 2;

    public override string Key => $"attention value tiles {values.Type} dim={values.Dim}";

    protected override void Body()
    {
        Code.mov(rsi, __[Arguments + TileArguments.SourceOffset]);
        Code.mov(rdi, __[Arguments + TileArguments.TargetOffset]);
        for (var unit = 0; unit < AttentionTileLayout.UnitsPerPage; unit++)
        {
            Code.kmovd(k1, __dword_ptr[Arguments + (TileArguments.VisibleOffset + (4 * unit))]);
            Code.mov(rax, rsi);
            if (values.Dim >= 32)
            {
                Code.mov(ecx, values.Dim / 32);
                var dims = Code.CreateLabel();
                Code.Label(ref dims);
                Tile(0);
                Tile(16);
                Code.add(rax, values.Offset(32));
                Code.dec(ecx);
                Code.jne(dims);
            }

            if (values.Dim % 32 != 0)
            {
                Tile(0);
            }

            Code.add(rsi, AttentionTileLayout.UnitKeys * values.RowBytes);
        }
    }

    private void Tile(int dim)
    {
        // Word d of both halves to words 2d and 2d + 1.
        Code.vmovdqu64(zmm19, Constant<ushort>([.. Enumerable.Range(0, 32).Select(word => (ushort)((word / 2) + (16 * (word % 2))))]));
        for (var pair = 0; pair < Pairs; pair++)
        {
            values.Load(Code, zmm16, __[rax + (2 * pair * values.RowBytes)], dim, zmm18);
            values.Load(Code, zmm17, __[rax + (((2 * pair) + 1) * values.RowBytes)], dim, zmm18);
            Code.vcvtne2ps2bf16(Zmm(pair), zmm17, zmm16);
            Code.vpermw(Zmm(pair), zmm19, Zmm(pair));
        }

        Transposition.Emit(Code);
        for (var row = 0; row < AttentionTileLayout.PanelRows; row++)
        {
            Code.vmovdqu16(Zmm(row).k1.z, Zmm(row));
            Code.vmovups(__zmmword_ptr[rdi + (row * AttentionTileLayout.RowBytes)], Zmm(row));
        }

        Code.add(rdi, AttentionTileLayout.TileBytes);
    }
}
