using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>Scales the queries of a panel, converts them to bf16 and transposes them: a row of a tile is a pair of dims of 16 query rows.</summary>
/// <remarks>
/// <code>
/// for each 32 dims
///     for each query row: vector[row] = bf16(query[dims] · scale)
///     transpose 16 × 16 pairs; tile[pair] = vector
/// </code>
/// rcx bytes into the rows, rax a row, rdi the tile; zmm0-15 vectors, zmm16 and 17 loads, zmm18 the scale.
/// </remarks>
internal sealed class QueryTilesEmitter(int dim) : KernelEmitter
{
    private const int VectorBytes = 64;

    public override string Key => $"attention query tiles dim={dim}";

    protected override void Body()
    {
        Code.mov(rdi, __[Arguments + TileArguments.TargetOffset]);
        Code.xor(ecx, ecx);
        if (dim >= 32)
        {
            var step = Code.CreateLabel();
            Code.Label(ref step);
            Tile(whole: true);
            Code.cmp(ecx, dim / 32 * 2 * VectorBytes);
            Code.jb(step);
        }

        if (dim % 32 != 0)
        {
            Tile(whole: false);
        }
    }

    private void Tile(bool whole)
    {
        Code.vbroadcastss(zmm18, __dword_ptr[Arguments + TileArguments.ScaleOffset]);
        Code.vxorps(xmm17, xmm17, xmm17);
        for (var row = 0; row < AttentionTileLayout.PanelRows; row++)
        {
            Code.mov(rax, __[Arguments + (TileArguments.RowsOffset + (8 * row))]);
            Code.vmulps(zmm16, zmm18, __zmmword_ptr[rax + rcx]);
            if (whole)
            {
                Code.vmulps(zmm17, zmm18, __zmmword_ptr[rax + rcx + VectorBytes]);
            }

            Code.vcvtne2ps2bf16(Zmm(row), zmm17, zmm16);
        }

        Transposition.Emit(Code);
        for (var row = 0; row < AttentionTileLayout.PanelRows; row++)
        {
            Code.vmovups(__zmmword_ptr[rdi + (row * AttentionTileLayout.RowBytes)], Zmm(row));
        }

        Code.add(rdi, AttentionTileLayout.TileBytes);
        Code.add(ecx, 2 * VectorBytes);
    }
}
