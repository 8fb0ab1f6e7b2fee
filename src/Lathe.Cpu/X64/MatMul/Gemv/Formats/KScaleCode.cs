using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Writes the unpacking of the eight 6-bit scales and minima that Q4_K and Q5_K have behind their f16 d and dmin.</summary>
/// <remarks>The 12 bytes are three words a, b, c: scales 0-3 are the low 6 bits of a's bytes, minima 0-3 those of b's; scales 4-7 are the low nibbles of c's
/// bytes with the top two bits of a's above them, minima 4-7 the high nibbles of c with the top bits of b. Taken 64 bits at a time the result is
/// [s0-3 m0-3 s4-7 m4-7].</remarks>
internal static class KScaleCode
{
    public static int ScaleLane(int group) => group < 4 ? group : group + 4;

    public static int MinimumLane(int group) => ScaleLane(group) + 4;

    /// <summary>Lanes 0-3 d, 4-7 dmin, 8-11 d, 12-15 dmin.</summary>
    public static AssemblerRegisterZMM LoadConstants(FormatEmitter code) =>
        code.KeepConstant(code.InMemory(0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1));

    public static void Scales(FormatEmitter code, in AssemblerMemoryOperand block, AssemblerRegisterZMM spread, AssemblerRegisterZMM target)
    {
        var a = code.Assembler;
        a.mov(rcx, __qword_ptr[block + 4]); // a, b
        a.mov(edx, __dword_ptr[block + 12]); // c
        a.mov(rsi, rdx);
        a.shl(rsi, 28); // the high nibbles of c come to the low ones of the upper word
        a.or(rdx, rsi);
        a.and(rdx, code.InMemory(0x0f0f0f0f_0f0f0f0fUL));
        a.mov(rsi, rcx);
        a.shr(rsi, 2);
        a.and(rsi, code.InMemory(0x30303030_30303030UL));
        a.or(rdx, rsi);
        a.and(rcx, code.InMemory(0x3f3f3f3f_3f3f3f3fUL));
        var factors = FormatEmitter.Temporary0;
        a.vmovq(target.ToXmm(), rcx);
        a.vpinsrq(target.ToXmm(), target.ToXmm(), rdx, 1);
        a.vpmovzxbd(target, target.ToXmm());
        a.vmovd(factors.ToXmm(), __dword_ptr[block]);
        a.vcvtph2ps(factors.ToXmm(), factors.ToXmm());
        a.vcvtdq2ps(target, target);
        a.vpermps(factors, spread, factors);
        a.vmulps(target, target, factors);
    }
}
