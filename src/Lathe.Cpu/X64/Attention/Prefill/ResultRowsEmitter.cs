using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>Divides the sums of a panel by their totals and transposes them back to rows.</summary>
/// <remarks>
/// <code>
/// for each 16 dims
///     for each dim: vector[dim] = sums[dim] / total
///     transpose 16 × 16; row[dims] = vector
/// </code>
/// rsi the sums, rcx bytes into the rows, rax a row; zmm0-15 vectors, zmm16 one over the totals.
/// </remarks>
internal sealed class ResultRowsEmitter(int dim) : KernelEmitter
{
    private const int VectorBytes = 64;

    public override string Key => $"attention result rows dim={dim}";

    protected override int FrameBytes => VectorBytes;

    protected override void Body()
    {
        Code.mov(rsi, __[Arguments + TileArguments.SourceOffset]);
        Code.mov(rdi, __[Arguments + TileArguments.TargetOffset]);
        Code.vmovups(zmm0, Repeated(1f));
        Code.vdivps(zmm0, zmm0, __zmmword_ptr[rdi]);
        Code.vmovaps(__zmmword_ptr[rsp], zmm0);
        Code.xor(ecx, ecx);
        var part = Code.CreateLabel();
        Code.Label(ref part);
        Code.vmovaps(zmm16, __zmmword_ptr[rsp]);
        for (var row = 0; row < AttentionTileLayout.PanelRows; row++)
        {
            Code.vmulps(Zmm(row), zmm16, __zmmword_ptr[rsi + (row * AttentionTileLayout.RowBytes)]);
        }

        Transposition.Emit(Code);
        for (var row = 0; row < AttentionTileLayout.PanelRows; row++)
        {
            Code.mov(rax, __[Arguments + (TileArguments.RowsOffset + (8 * row))]);
            Code.vmovups(__zmmword_ptr[rax + rcx], Zmm(row));
        }

        Code.add(rsi, AttentionTileLayout.Panels * AttentionTileLayout.TileBytes);
        Code.add(ecx, VectorBytes);
        Code.cmp(ecx, dim * sizeof(float));
        Code.jb(part);
    }
}
