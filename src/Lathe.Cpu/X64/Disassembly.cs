using System.Globalization;
using System.Text;
using Iced.Intel;

namespace Lathe.Cpu.X64;

/// <summary>Machine code as text.</summary>
internal static class Disassembly
{
    /// <summary>What an emitter writes. Nothing of it is run, so that this works on every machine.</summary>
    public static KernelListing List(KernelEmitter emitter)
    {
        var code = emitter.Assemble(out var codeBytes);
        return new KernelListing(emitter.Key, codeBytes, code.Length - codeBytes, Write(code[..codeBytes]));
    }

    /// <summary>One instruction per line: address, bytes, text.</summary>
    public static string Write(byte[] code)
    {
        var decoder = Iced.Intel.Decoder.Create(64, code);
        var formatter = new NasmFormatter();
        var output = new StringOutput();
        var text = new StringBuilder();
        while (decoder.IP < (ulong)code.Length)
        {
            var instruction = decoder.Decode();
            formatter.Format(instruction, output);
            text.Append(CultureInfo.InvariantCulture, $"{instruction.IP:x5}  {Convert.ToHexString(code, (int)instruction.IP, instruction.Length),-24} {output.ToStringAndReset()}").AppendLine();
        }

        return text.ToString();
    }
}
