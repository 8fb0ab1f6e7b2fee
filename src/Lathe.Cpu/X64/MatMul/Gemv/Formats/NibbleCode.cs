using Iced.Intel;

namespace Lathe.Cpu.X64.MatMul.Gemv.Formats;

/// <summary>Writes the unpacking of 64 bytes of four-bit codes: the low ones to one vector, the high ones to another.</summary>
internal sealed class NibbleCode
{
    private readonly AssemblerRegisterZMM _mask;
    private readonly AssemblerRegisterZMM _upper;
    private readonly AssemblerRegisterZMM _levels;
    private readonly bool _hasLevels;

    /// <param name="code">Where to.</param>
    /// <param name="levels">Sixteen signed levels that the codes stand for; empty for none.</param>
    /// <param name="offset">What makes the levels unsigned.</param>
    public NibbleCode(FormatEmitter code, ReadOnlySpan<sbyte> levels = default, int offset = 0)
    {
        _hasLevels = !levels.IsEmpty;
        if (!_hasLevels || !code.HasByteOperations)
        {
            _mask = code.KeepConstant(code.InMemoryRepeated<byte>(0x0f));
        }

        if (!_hasLevels && code.HasByteOperations)
        {
            _upper = code.KeepConstant(code.InMemoryRepeated(ByteMatrix.Move(from: 4, to: 0, count: 4)));
        }

        if (_hasLevels)
        {
            var table = new byte[64];
            for (var i = 0; i < table.Length; i++)
            {
                table[i] = checked((byte)(levels[i % levels.Length] + offset));
            }

            _levels = code.KeepConstant(code.InMemory<byte>(table));
        }
    }

    /// <summary>64 bytes in <paramref name="first"/> to the codes of their low nibbles there and of their high ones in <paramref name="second"/>: two
    /// instructions, with levels three; without byte operations three and five.</summary>
    public void Split(FormatEmitter code, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        High(code, second, first);
        Low(code, first, first);
    }

    /// <summary>The codes of the low nibbles of 64 bytes.</summary>
    public void Low(FormatEmitter code, AssemblerRegisterZMM target, AssemblerRegisterZMM bytes)
    {
        var a = code.Assembler;
        if (_hasLevels && code.HasByteOperations)
        {
            // vpermb takes six bits of an index: the table repeats itself, so that the upper two of these do not matter.
            a.vpermb(target, bytes, _levels);
            return;
        }

        a.vpandd(target, bytes, _mask);
        LookUp(a, target);
    }

    /// <summary>The codes of the high nibbles of 64 bytes.</summary>
    public void High(FormatEmitter code, AssemblerRegisterZMM target, AssemblerRegisterZMM bytes)
    {
        var a = code.Assembler;
        if (_hasLevels && code.HasByteOperations)
        {
            a.vpsrlw(target, bytes, 4);
            a.vpermb(target, target, _levels);
            return;
        }

        if (code.HasByteOperations)
        {
            a.vgf2p8affineqb(target, bytes, _upper, 0);
            return;
        }

        a.vpsrlw(target, bytes, 4);
        a.vpandd(target, target, _mask);
        LookUp(a, target);
    }

    private void LookUp(Assembler a, AssemblerRegisterZMM target)
    {
        if (_hasLevels)
        {
            a.vpshufb(target, _levels, target);
        }
    }
}
