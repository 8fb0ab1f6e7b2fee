using Iced.Intel;

namespace Lathe.Cpu.X64.MatMul.Gemv256.Formats;

/// <summary>Writes what formats of four-bit codes have in common.</summary>
internal static class NibbleCode256
{
    /// <summary>0x0f in every byte.</summary>
    public static AssemblerRegisterYMM LoadMask(FormatEmitter256 code) => code.KeepConstant(code.InMemoryRepeated<byte>(0x0f));

    /// <summary>32 bytes in <paramref name="first"/> to their low nibbles there and their high ones in <paramref name="second"/>. Three instructions.</summary>
    public static void Split(Assembler a, AssemblerRegisterYMM first, AssemblerRegisterYMM second, AssemblerRegisterYMM mask)
    {
        a.vpsrlw(second, first, 4);
        a.vpand(first, first, mask);
        a.vpand(second, second, mask);
    }

    /// <summary>A table of sixteen signed levels, raised by <paramref name="offset"/>, in each half of a register.</summary>
    public static AssemblerRegisterYMM LoadLevels(FormatEmitter256 code, ReadOnlySpan<sbyte> levels, int offset)
    {
        var table = new byte[32];
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = (byte)(levels[i % levels.Length] + offset);
        }

        return code.KeepConstant(code.InMemory<byte>(table));
    }

    /// <summary>Nibbles to the levels that they stand for. Two instructions.</summary>
    public static void LookUp(Assembler a, AssemblerRegisterYMM first, AssemblerRegisterYMM second, AssemblerRegisterYMM levels)
    {
        a.vpshufb(first, levels, first);
        a.vpshufb(second, levels, second);
    }
}
