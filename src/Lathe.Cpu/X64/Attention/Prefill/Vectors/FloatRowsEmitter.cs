using Lathe.Engine.Inference;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.Attention.Prefill.Vectors;

/// <summary>Converts the keys or values of a page to rows of f32. Those of tokens that do not exist become 0: they have no weight, but 0 times what happens
/// to lie there might be NaN.</summary>
/// <remarks>rsi the source, rdi the target, rdx a bit for each token left, k1 all lanes or none; zmm0-3 in turn, zmm4 for the loads.</remarks>
internal sealed class FloatRowsEmitter(KvRows rows) : KernelEmitter
{
    private const int Lanes = 16, Registers = 4;

    public override string Key => $"attention float rows {rows.Type} dim={rows.Dim}";

    protected override void Body()
    {
        Code.mov(rsi, __[Arguments + TileArguments.SourceOffset]);
        Code.mov(rdi, __[Arguments + TileArguments.TargetOffset]);
        Code.mov(rdx, __[Arguments + TileArguments.VisibleOffset]);
        Code.mov(ecx, KvLayout.PageTokens);
        var token = Code.CreateLabel();
        Code.Label(ref token);
        Code.shr(rdx, 1);
        Code.sbb(eax, eax);
        Code.kmovw(k1, eax);
        for (var dim = 0; dim < rows.Dim; dim += Lanes)
        {
            var vector = Zmm(dim / Lanes % Registers);
            rows.Load(Code, vector, __[rsi], dim, zmm4);
            Code.vmovaps(vector.k1.z, vector);
            Code.vmovups(__zmmword_ptr[rdi + (dim * sizeof(float))], vector);
        }

        Code.add(rsi, rows.RowBytes);
        Code.add(rdi, rows.Dim * sizeof(float));
        Code.dec(ecx);
        Code.jne(token);
    }
}
