using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Writes the unpacking of the eight 6-bit scales and minima that Q4_K and Q5_K have behind their f16 d and dmin.</summary>
/// <remarks>The 12 bytes are three words a, b, c: scales 0-3 are the low 6 bits of a's bytes, minima 0-3 those of b's; scales 4-7 are the low nibbles of c's
/// bytes with the top two bits of a's above them, minima 4-7 the high nibbles of c with the top bits of b. They are dealt out to
/// [s0 m0 s1 m1 ... s7 m7], because d and dmin lie side by side, too.</remarks>
internal static class KScaleCode
{
    public static int ScaleLane(int group) => 2 * group;

    public static int MinimumLane(int group) => (2 * group) + 1;

    /// <summary>Eight vector instructions. Two stores and loads would be two less, but stores among loads that miss cost a tenth of the bandwidth.</summary>
    public static void Scales(FormatEmitter code, in AssemblerMemoryOperand block, AssemblerRegisterZMM target)
    {
        var a = code.Assembler;
        a.mov(ecx, __dword_ptr[block + 4]); // a
        a.mov(edx, __dword_ptr[block + 8]); // b
        a.pdep(rcx, rcx, code.InMemory(0x00ff00ff_00ff00ffUL));
        a.pdep(rdx, rdx, code.InMemory(0xff00ff00_ff00ff00UL));
        a.or(rcx, rdx);
        a.mov(edx, __dword_ptr[block + 12]); // c
        a.pdep(rdx, rdx, code.InMemory(0x0f0f0f0f_0f0f0f0fUL));
        a.mov(rsi, rcx);
        a.shr(rsi, 2);
        a.and(rsi, code.InMemory(0x30303030_30303030UL));
        a.or(rdx, rsi);
        a.and(rcx, code.InMemory(0x3f3f3f3f_3f3f3f3fUL));
        var factors = FormatEmitter.Temporary0;
        a.vmovq(target.ToXmm(), rcx);
        a.vpinsrq(target.ToXmm(), target.ToXmm(), rdx, 1);
        a.vpmovzxbd(target, target.ToXmm());
        a.vcvtph2ps(factors.ToXmm(), __qword_ptr[block]);
        a.vcvtdq2ps(target, target);
        a.vbroadcastsd(factors, factors.ToXmm());
        a.vmulps(target, target, factors);
    }
}
