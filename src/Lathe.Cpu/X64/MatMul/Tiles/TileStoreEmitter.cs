using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>Writes the sums of 32 tokens, which have a row of the matrix per line, to where the results of a token lie side by side.</summary>
/// <remarks>The lines of the results lie a whole row of the output apart, which no hardware prefetch foresees: the next tile's are asked for while this one
/// is transposed. 64 shuffles and as many loads, stores and prefetches per 256 results.</remarks>
internal sealed class TileStoreEmitter : KernelEmitter
{
    public override string Key => "store tiles avx512";

    protected override void Body()
    {
        Code.mov(rsi, __[Arguments + TileStoreArguments.SumsOffset]);
        Code.mov(rdi, __[Arguments + TileStoreArguments.OutputOffset]);
        Code.mov(rax, __[Arguments + TileStoreArguments.OutputStrideOffset]);
        Code.mov(rcx, __[Arguments + TileStoreArguments.RowBlocksOffset]);
        Code.mov(r10, __[Arguments + TileStoreArguments.TokensOffset]);
        Code.mov(r8, rax);
        Code.shl(r8, 4); // from the first token tile to the second
        var block = Code.CreateLabel();
        Code.Label(ref block);
        for (var rowTile = 0; rowTile < 2; rowTile++)
        {
            for (var tokenTile = 0; tokenTile < 2; tokenTile++)
            {
                Tile(tokenTile, next: tokenTile == 0);
            }
        }

        Code.dec(rcx);
        Code.jne(block);
    }

    /// <param name="tokenTile">Which half of the tokens.</param>
    /// <param name="next">True if the next tile has the same rows and the other tokens.</param>
    private void Tile(int tokenTile, bool next)
    {
        Code.mov(rdx, rdi);
        Code.mov(r9, rdi);
        if (tokenTile == 1)
        {
            Code.add(rdx, r8);
            Code.add(rdi, TileLayout.LineBytes);
            Code.mov(r9, rdi);
        }

        if (next)
        {
            Code.add(r9, r8);
        }

        for (var row = 0; row < TileLayout.Rows; row++)
        {
            Code.vmovups(Zmm(row), __zmmword_ptr[rsi + (TileLayout.LineBytes * row)]);
            Code.prefetchw(__byte_ptr[r9]);
            Code.add(r9, rax);
        }

        Transposition.Emit(Code);
        var done = Code.CreateLabel();
        for (var token = 0; token < TileLayout.Rows; token++)
        {
            Code.cmp(r10, (TileLayout.Rows * tokenTile) + token);
            Code.jle(done);
            Code.vmovups(__zmmword_ptr[rdx], Transposition.Column(token));
            Code.add(rdx, rax);
        }

        Code.Label(ref done);
        Code.add(rsi, TileLayout.TileBytes);
    }
}
