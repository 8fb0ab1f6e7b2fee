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
/// Registers: rsi activations, rdi sums, rdx weights, rcx blocks of rows left, r8 the bytes of a line; the generic form walks the steps with r9 weights, r10 activations and
/// r11 steps left.
/// </remarks>
/// <param name="parts">Parts of a value.</param>
/// <param name="chunk">What is baked of the chunk; null for the generic form, which takes it from its arguments.</param>
internal sealed class TileGemmEmitter(TileParts parts, TileChunk? chunk) : KernelEmitter
{
    private const int SumBytes = 4 * TileLayout.TileBytes;

    public override string Key => chunk is { } baked
        ? $"gemm tiles parts={parts} steps={baked.Steps} fresh={baked.IsFirst} amx_bf16"
        : $"gemm tiles parts={parts} steps=any amx_bf16";

    private static AssemblerRegisterTMM[] Sums => [tmm0, tmm1, tmm2, tmm3];

    private AssemblerRegister64 Weights => chunk is null ? r9 : rdx;

    private AssemblerRegister64 Activations => chunk is null ? r10 : rsi;

    private int StepWeightBytes => 2 * TileLayout.TileBytes * parts.Weights;

    private int StepActivationBytes => 2 * TileLayout.TileBytes * parts.Activations;

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
        Begin(tokenTiles);
        Multiply(tokenTiles);
        foreach (var (sums, tile) in Tiles(tokenTiles))
        {
            Code.tilestored(__[rdi + r8 + (tile * TileLayout.TileBytes)], sums);
        }

        Code.add(rdi, SumBytes);
        Code.dec(rcx);
        Code.jne(rows);
    }

    /// <summary>The tiles of sums that there are, with their places in memory.</summary>
    private static IEnumerable<(AssemblerRegisterTMM Sums, int Tile)> Tiles(int tokenTiles) =>
        Sums.Select((sums, tile) => (sums, tile)).Where(place => place.tile % 2 < tokenTiles);

    /// <summary>Brings the sums to where they start.</summary>
    private void Begin(int tokenTiles)
    {
        if (chunk is { } baked)
        {
            Begin(tokenTiles, baked.IsFirst);
            return;
        }

        var later = Code.CreateLabel();
        var done = Code.CreateLabel();
        Code.cmp(__qword_ptr[Arguments + TileGemmArguments.IsFirstOffset], 0);
        Code.je(later);
        Begin(tokenTiles, isFirst: true);
        Code.jmp(done);
        Code.Label(ref later);
        Begin(tokenTiles, isFirst: false);
        Code.Label(ref done);
    }

    private void Begin(int tokenTiles, bool isFirst)
    {
        foreach (var (sums, tile) in Tiles(tokenTiles))
        {
            if (isFirst)
            {
                Code.tilezero(sums);
            }
            else
            {
                Code.tileloadd(sums, __[rdi + r8 + (tile * TileLayout.TileBytes)]);
            }
        }
    }

    /// <summary>All steps of one block of rows and one of tokens; moves the weights on.</summary>
    private void Multiply(int tokenTiles)
    {
        if (chunk is { } baked)
        {
            for (var step = 0; step < baked.Steps; step++)
            {
                Step(tokenTiles, step);
            }

            Code.add(rdx, StepWeightBytes * baked.Steps);
            return;
        }

        Code.mov(Weights, rdx);
        Code.mov(Activations, rsi);
        Code.mov(r11, __[Arguments + TileGemmArguments.StepsOffset]);
        var next = Code.CreateLabel();
        Code.Label(ref next);
        Step(tokenTiles, step: 0);
        Code.add(Weights, StepWeightBytes);
        Code.add(Activations, StepActivationBytes);
        Code.dec(r11);
        Code.jne(next);
        Code.mov(rdx, Weights);
    }

    /// <summary>One step, <paramref name="step"/> steps behind the registers.</summary>
    private void Step(int tokenTiles, int step)
    {
        var (weights, activations) = (-1, -1);
        foreach (var (weight, activation) in parts.Products)
        {
            Multiply(
                tokenTiles,
                weight == weights ? null : (step * StepWeightBytes) + (2 * TileLayout.TileBytes * weight),
                activation == activations ? null : (step * StepActivationBytes) + (2 * TileLayout.TileBytes * activation));
            (weights, activations) = (weight, activation);
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
            Code.tileloaddt1(target, __[Weights + r8 + (place + (tile * TileLayout.TileBytes))]);
        }
        else
        {
            Code.tileloadd(target, __[Activations + r8 + (place + (tile * TileLayout.TileBytes))]);
        }
    }
}
