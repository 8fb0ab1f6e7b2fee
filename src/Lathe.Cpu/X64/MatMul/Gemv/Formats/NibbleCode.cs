using Iced.Intel;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Writes what formats of four-bit codes have in common.</summary>
internal static class NibbleCode
{
    /// <summary>0x0f in every byte.</summary>
    public static AssemblerRegisterZMM LoadMask(FormatEmitter code) => code.KeepConstant(code.InMemoryRepeated<byte>(0x0f));

    /// <summary>64 bytes in <paramref name="first"/> to their low nibbles there and their high ones in <paramref name="second"/>. Three instructions.</summary>
    public static void Split(Assembler a, AssemblerRegisterZMM first, AssemblerRegisterZMM second, AssemblerRegisterZMM mask)
    {
        a.vpsrlw(second, first, 4);
        a.vpandd(first, first, mask);
        a.vpandd(second, second, mask);
    }

    /// <summary>A table of sixteen signed levels, made unsigned by <paramref name="offset"/>, in each quarter of a register.</summary>
    public static AssemblerRegisterZMM LoadLevels(FormatEmitter code, ReadOnlySpan<sbyte> levels, int offset)
    {
        var table = new byte[64];
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = checked((byte)(levels[i % levels.Length] + offset));
        }

        return code.KeepConstant(code.InMemory<byte>(table));
    }

    /// <summary>Nibbles to the levels that they stand for. Two instructions.</summary>
    public static void LookUp(Assembler a, AssemblerRegisterZMM first, AssemblerRegisterZMM second, AssemblerRegisterZMM levels)
    {
        a.vpshufb(first, levels, first);
        a.vpshufb(second, levels, second);
    }
}
