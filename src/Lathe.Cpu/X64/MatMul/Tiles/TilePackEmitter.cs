using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>Turns 16 tokens of f32 into tiles of activations: bf16 pairs (i, i + 16), a token per column.</summary>
/// <remarks>
/// <code>
/// for each step of 32 values
///     for each part, for each token: pairs[token] = round(x[0..15]) >> 16 | round(x[16..31]) &amp; 0xffff0000
///     store the columns of pairs
/// </code>
/// Rounding is to nearest, halves away from zero: half a unit of bf16 is added to the bits. 64 shuffles per 512 values.
/// </remarks>
/// <param name="parts">Parts of a value: the second is what the rounding left.</param>
internal sealed class TilePackEmitter(int parts) : KernelEmitter
{
    /// <summary>vpternlog: a | (b &amp; c).</summary>
    private const byte OrAnd = 0xf8;

    public override string Key => $"pack tiles parts={parts} avx512";

    protected override void Body()
    {
        Code.mov(rdi, __[Arguments + TilePackArguments.TargetOffset]);
        Code.mov(rcx, __[Arguments + TilePackArguments.StepsOffset]);
        Code.mov(rdx, __[Arguments + TilePackArguments.SourceOffset]);
        Code.mov(rax, __[Arguments + TilePackArguments.SourceStrideOffset]);
        Code.mov(r10, __[Arguments + TilePackArguments.TokensOffset]);
        Code.xor(r11d, r11d);
        var step = Code.CreateLabel();
        Code.Label(ref step);
        for (var part = 0; part < parts; part++)
        {
            Part(part);
        }

        Code.add(rdi, 2 * TileLayout.TileBytes * parts);
        Code.add(rdx, TileLayout.StepElements * sizeof(float));
        Code.dec(rcx);
        Code.jne(step);
    }

    private void Part(int part)
    {
        Code.mov(rsi, rdx);
        Code.vmovdqu32(zmm30, Repeated(0x8000));
        Code.vmovdqu32(zmm31, Repeated(0xffff0000));
        for (var token = 0; token < TileLayout.Rows; token++)
        {
            var (low, high) = (Zmm(token), Zmm(16 + (token % 8)));
            Round(low, __zmmword_ptr[rsi], part);
            Round(high, __zmmword_ptr[rsi + 64], part);
            Code.vpsrld(low, low, 16);
            Code.vpternlogd(low, high, zmm31, OrAnd);

            // The last token that there is stands in for those that are missing.
            Code.cmp(r10, token + 2);
            Code.mov(r9, rax);
            Code.cmovl(r9, r11);
            Code.add(rsi, r9);
        }

        Transposition.Emit(Code);
        for (var line = 0; line < TileLayout.Rows; line++)
        {
            Code.vmovdqa64(__zmmword_ptr[rdi + ((part * 2 * TileLayout.TileBytes) + (TileLayout.LineBytes * line))], Transposition.Column(line));
        }
    }

    /// <summary>The upper halves of the result are the part of 16 values; the lower halves do not matter.</summary>
    private void Round(AssemblerRegisterZMM target, in AssemblerMemoryOperand source, int part)
    {
        Code.vpaddd(target, zmm30, source);
        if (part > 0)
        {
            // What the first part leaves is exact in f32.
            Code.vpandd(target, target, zmm31);
            Code.vmovups(zmm29, source);
            Code.vsubps(target, zmm29, target);
            Code.vpaddd(target, target, zmm30);
        }
    }
}
