using Iced.Intel;
using Lathe.Engine.Inference;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>Converts the keys of a page to bf16 tiles.</summary>
/// <remarks>
/// <code>
/// for each 16 keys, for each key
///     for each 32 dims: tile[key] = bf16(key[dims])
/// </code>
/// rsi the key, rdi its row in the first tile; zmm0-3 in turn.
/// </remarks>
internal sealed class KeyTilesEmitter(KvRows keys) : KernelEmitter
{
    private readonly AttentionTileLayout _layout = new(keys.Dim, 0);

    public override string Key => $"attention key tiles {keys.Type} dim={keys.Dim}";

    protected override void Body()
    {
        Code.mov(rsi, __[Arguments + TileArguments.SourceOffset]);
        Code.mov(rdi, __[Arguments + TileArguments.TargetOffset]);
        Code.mov(edx, KvLayout.PageTokens / AttentionTileLayout.PanelRows);
        Label tile = Code.CreateLabel(), key = Code.CreateLabel();
        Code.Label(ref tile);
        Code.mov(ecx, AttentionTileLayout.PanelRows);
        Code.Label(ref key);
        for (var step = 0; step < _layout.Steps; step++)
        {
            keys.Load(Code, zmm0, __[rsi], 32 * step, zmm2);
            if ((32 * step) + 16 < keys.Dim)
            {
                keys.Load(Code, zmm1, __[rsi], (32 * step) + 16, zmm2);
            }
            else
            {
                Code.vxorps(xmm1, xmm1, xmm1);
            }

            Code.vcvtne2ps2bf16(zmm3, zmm1, zmm0);
            Code.vmovups(__zmmword_ptr[rdi + (step * AttentionTileLayout.TileBytes)], zmm3);
        }

        Code.add(rsi, keys.RowBytes);
        Code.add(rdi, AttentionTileLayout.RowBytes);
        Code.dec(ecx);
        Code.jne(key);
        Code.add(rdi, (_layout.Steps - 1) * AttentionTileLayout.TileBytes);
        Code.dec(edx);
        Code.jne(tile);
    }
}
