using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>A panel of unpacked weights times all tokens on matrix tiles (<c>tdpbf16ps</c>: 16 x 16 x 32 multiply-adds in 16 cycles).</summary>
/// <remarks>
/// <code>
/// for each block of 32 tokens, and the half block at the end, for each block of 32 rows
///     sums[2][2] = zero, or what the chunk before left
///     for each step of 32 values
///         for each pair of their parts: w[0..1], x[0..1] = tiles; sums[i][j] += w[i] · x[j]
///     store sums
/// </code>
/// Tiles: tmm0-3 sums, tmm4-5 weights, tmm6-7 activations. A step loads 4 KB and keeps the multiplier busy for 64 cycles; a load of a tile takes 8 from the
/// first-level cache, where the 32 KB of a token block's chunk stay, and twice that from the second level, where the weights are; these pass the first
/// level by (<c>tileloaddt1</c>), which is worth a fifth of the speed.
/// </remarks>
/// <param name="parts">Parts of a value.</param>
/// <param name="steps">Steps of the chunk.</param>
/// <param name="fresh">True for the first chunk of a row: the sums start at zero.</param>
internal sealed class TileGemmEmitter(TileParts parts, int steps, bool fresh) : KernelEmitter
{
    private const int SumBytes = 4 * TileLayout.TileBytes;

    public override string Key => $"gemm tiles parts={parts} steps={steps} fresh={fresh} amx_bf16";

    protected override void Body()
    {
        Code.ldtilecfg(Constant(TileConfiguration.Bytes));
        Code.mov(r8d, TileLayout.LineBytes);
        Code.mov(rsi, __[Arguments + TileGemmArguments.ActivationsOffset]);
        Code.mov(rdi, __[Arguments + TileGemmArguments.SumsOffset]);
        var half = Code.CreateLabel();
        var done = Code.CreateLabel();
        Code.cmp(__qword_ptr[Arguments + TileGemmArguments.TokenBlocksOffset], 0);
        Code.je(half);
        var tokens = Code.CreateLabel();
        Code.Label(ref tokens);
        Rows(tokenTiles: 2);
        Code.add(rsi, __[Arguments + TileGemmArguments.ActivationStrideOffset]);
        Code.dec(__qword_ptr[Arguments + TileGemmArguments.TokenBlocksOffset]);
        Code.jne(tokens);
        Code.Label(ref half);
        Code.cmp(__qword_ptr[Arguments + TileGemmArguments.HalfBlocksOffset], 0);
        Code.je(done);
        Rows(tokenTiles: 1);
        Code.Label(ref done);
        Code.tilerelease();
    }

    /// <summary>All blocks of rows by one block of tokens.</summary>
    private void Rows(int tokenTiles)
    {
        Code.mov(rdx, __[Arguments + TileGemmArguments.WeightsOffset]);
        Code.mov(rcx, __[Arguments + TileGemmArguments.RowBlocksOffset]);
        var rows = Code.CreateLabel();
        Code.Label(ref rows);
        Block(tokenTiles);
        Code.add(rdx, 2 * TileLayout.TileBytes * parts.Weights * steps);
        Code.add(rdi, SumBytes);
        Code.dec(rcx);
        Code.jne(rows);
    }

    private void Block(int tokenTiles)
    {
        AssemblerRegisterTMM[] sums = [tmm0, tmm1, tmm2, tmm3];
        for (var tile = 0; tile < sums.Length; tile += 3 - tokenTiles)
        {
            if (fresh)
            {
                Code.tilezero(sums[tile]);
            }
            else
            {
                Code.tileloadd(sums[tile], __[rdi + r8 + (tile * TileLayout.TileBytes)]);
            }
        }

        for (var step = 0; step < steps; step++)
        {
            var (weights, activations) = (-1, -1);
            foreach (var (weight, activation) in parts.Products)
            {
                Multiply(
                    tokenTiles,
                    weight == weights ? null : 2 * TileLayout.TileBytes * ((step * parts.Weights) + weight),
                    activation == activations ? null : 2 * TileLayout.TileBytes * ((step * parts.Activations) + activation));
                (weights, activations) = (weight, activation);
            }
        }

        for (var tile = 0; tile < sums.Length; tile += 3 - tokenTiles)
        {
            Code.tilestored(__[rdi + r8 + (tile * TileLayout.TileBytes)], sums[tile]);
        }
    }

    /// <param name="tokenTiles">Tiles of tokens.</param>
    /// <param name="weights">Where the two tiles of weights are; null if they are in their registers.</param>
    /// <param name="activations">The same of the activations.</param>
    private void Multiply(int tokenTiles, int? weights, int? activations)
    {
        Load(tmm6, activations, 0);
        Load(tmm4, weights, 0);
        Code.tdpbf16ps(tmm0, tmm4, tmm6);
        if (tokenTiles == 2)
        {
            Load(tmm7, activations, 1);
            Code.tdpbf16ps(tmm1, tmm4, tmm7);
        }

        Load(tmm5, weights, 1);
        Code.tdpbf16ps(tmm2, tmm5, tmm6);
        if (tokenTiles == 2)
        {
            Code.tdpbf16ps(tmm3, tmm5, tmm7);
        }
    }

    private void Load(AssemblerRegisterTMM target, int? pair, int tile)
    {
        if (pair is not { } place)
        {
            return;
        }

        if (target == tmm4 || target == tmm5)
        {
            Code.tileloaddt1(target, __[rdx + r8 + (place + (tile * TileLayout.TileBytes))]);
        }
        else
        {
            Code.tileloadd(target, __[rsi + r8 + (place + (tile * TileLayout.TileBytes))]);
        }
    }
}
