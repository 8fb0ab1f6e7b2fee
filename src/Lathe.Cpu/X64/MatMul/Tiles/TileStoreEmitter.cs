using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>Writes a tile of sums, a row of the matrix per line, to where the results of a token lie side by side.</summary>
internal sealed class TileStoreEmitter : KernelEmitter
{
    public override string Key => "store tile avx512";

    protected override void Body()
    {
        Code.mov(rsi, __[Arguments + TileStoreArguments.SumsOffset]);
        Code.mov(rdi, __[Arguments + TileStoreArguments.OutputOffset]);
        Code.mov(rax, __[Arguments + TileStoreArguments.OutputStrideOffset]);
        for (var row = 0; row < TileLayout.Rows; row++)
        {
            Code.vmovups(Zmm(row), __zmmword_ptr[rsi + (TileLayout.LineBytes * row)]);
        }

        Transposition.Emit(Code);
        for (var token = 0; token < TileLayout.Rows; token++)
        {
            Code.vmovups(__zmmword_ptr[rdi], Transposition.Column(token));
            Code.add(rdi, rax);
        }
    }
}
