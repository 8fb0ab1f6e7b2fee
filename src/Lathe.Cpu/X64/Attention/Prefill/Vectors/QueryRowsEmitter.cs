using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.Attention.Prefill.Vectors;

/// <summary>Scales the queries of a panel and transposes them: a vector per dim, 16 query rows across.</summary>
/// <remarks>rcx bytes into the rows, rax a row, rdi the target; zmm0-15 vectors, zmm16 the scale.</remarks>
internal sealed class QueryRowsEmitter(int dim) : KernelEmitter
{
    private const int VectorBytes = 64;

    public override string Key => $"attention query rows dim={dim}";

    protected override void Body()
    {
        Code.mov(rdi, __[Arguments + TileArguments.TargetOffset]);
        Code.xor(ecx, ecx);
        var part = Code.CreateLabel();
        Code.Label(ref part);
        Code.vbroadcastss(zmm16, __dword_ptr[Arguments + TileArguments.ScaleOffset]);
        for (var row = 0; row < AttentionTileLayout.PanelRows; row++)
        {
            Code.mov(rax, __[Arguments + (TileArguments.RowsOffset + (8 * row))]);
            Code.vmulps(Zmm(row), zmm16, __zmmword_ptr[rax + rcx]);
        }

        Transposition.Emit(Code);
        for (var row = 0; row < AttentionTileLayout.PanelRows; row++)
        {
            Code.vmovups(__zmmword_ptr[rdi + (row * VectorBytes)], Transposition.Column(row));
        }

        Code.add(rdi, AttentionTileLayout.PanelRows * VectorBytes);
        Code.add(ecx, VectorBytes);
        Code.cmp(ecx, dim * sizeof(float));
        Code.jb(part);
    }
}
