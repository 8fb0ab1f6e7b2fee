using Iced.Intel;
using Lathe.Cpu.X64;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Cpu.X64.MatMul.Panels;
using Lathe.Cpu.X64.MatMul.Tiles;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;
using static Iced.Intel.AssemblerRegisters;

namespace Lathe.Cpu.Tests.X64;

/// <summary>What emitters write, without running it: this works on every machine.</summary>
public sealed class EmittedCodeTests
{
    private static readonly Register[] s_scratch = OperatingSystem.IsWindows()
        ? [Register.RAX, Register.RCX, Register.RDX, Register.R8, Register.R9, Register.R10, Register.R11]
        : [Register.RAX, Register.RCX, Register.RDX, Register.RSI, Register.RDI, Register.R8, Register.R9, Register.R10, Register.R11];

    public static TheoryData<GgmlType> Types => [.. GemvFormats.Types];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_gemv_decodes_and_keeps_the_calling_convention(GgmlType type)
    {
        int[] sizes = BlockFormat.Get(type).BlockElements == 32 ? [96, 256, 2880] : [256, 2816];
        foreach (var k in sizes)
        {
            foreach (var tokens in (int[])[1, 2, 4])
            {
                AssertSound(new GemvEmitter(GemvFormats.Create(type), k, tokens));
            }
        }

        AssertSound(new GemvPackEmitter(GemvFormats.Create(type), new GemvLayout(GemvFormats.Create(type), sizes[0])));
    }

    [Fact]
    public void Gemms_decode_and_keep_the_calling_convention()
    {
        foreach (var fresh in (bool[])[true, false])
        {
            AssertSound(new TileGemmEmitter(16, fresh));
            foreach (var tokens in (int[])[1, 2, 3, PanelGemmEmitter.MaxTokens])
            {
                foreach (var exact in (bool[])[true, false])
                {
                    AssertSound(new PanelGemmEmitter(new PanelGemmShape(new PanelLayout(32, HasMinima: false), new PanelActivations(1), exact, 2048), tokens, fresh));
                    AssertSound(new PanelGemmEmitter(new PanelGemmShape(new PanelLayout(16, HasMinima: true), new PanelActivations(2), exact, 2048), tokens, fresh));
                }
            }
        }

        foreach (var layout in (PanelLayout[])[new PanelLayout(32, HasMinima: false), new PanelLayout(16, HasMinima: true)])
        {
            AssertSound(new PanelFinishEmitter(layout, 8, exactScales: true));
            AssertSound(new PanelPackEmitter(new PanelActivations(layout.Groups)));
        }

        AssertSound(new TilePackEmitter());
        AssertSound(new TileStoreEmitter());
        foreach (var type in GemvFormats.Types)
        {
            AssertSound(new TileUnpackEmitter(GemvFormats.Create(type), 512));
            var format = GemvFormats.Create(type);
            AssertSound(new PanelUnpackEmitter(format, format.BlocksPerStep, new PanelLayout(format.GroupElements, format.MinimumSign != 0), exactScales: true));
        }
    }

    [Fact]
    public void Keys_name_everything_that_is_baked()
    {
        var keys = new List<string>();
        foreach (var type in GemvFormats.Types)
        {
            keys.AddRange(((int[])[1, 2, 4]).SelectMany(tokens => ((int[])[256, 512]).Select(k => new GemvEmitter(GemvFormats.Create(type), k, tokens).Key)));
            keys.Add(new GemvPackEmitter(GemvFormats.Create(type), new GemvLayout(GemvFormats.Create(type), 256)).Key);
        }

        Assert.Equal(keys.Count, keys.Distinct().Count());
    }

    /// <summary>The expected bytes are those of GNU as.</summary>
    [Fact]
    public void Instructions_are_encoded_as_another_assembler_encodes_them()
    {
        AssertEncoded("62e27d40505702", code => code.vpdpbusd(zmm18, zmm16, __zmmword_ptr[rdi + 128]));
        AssertEncoded("62f2754850c2", code => code.vpdpbusd(zmm0, zmm1, zmm2));
        AssertEncoded("62827d48a8c7", code => code.vfmadd213ps(zmm16, zmm0, zmm31));
        AssertEncoded("62727550b8440601", code => code.vfmadd231ps(zmm8, zmm17, __dword_bcst[rsi + rax + 4]));
        AssertEncoded("62817d42fcc6", code => code.vpaddb(zmm16.k2, zmm16, zmm30));
        AssertEncoded("62327dc98ae0", code => code.vcompressps(zmm16.k1.z, zmm12));
        AssertEncoded("6252554877d3", code => code.vpermi2ps(zmm10, zmm5, zmm11));
        AssertEncoded("62a27d4813ed", code => code.vcvtph2ps(zmm21, ymm21));
        AssertEncoded("c4e2f3f5ca", code => code.pdep(rcx, rcx, rdx));
        AssertEncoded("c4e1fb92d1", code => code.kmovq(k2, rcx));
        AssertEncoded("410f188c0000080000", code => code.prefetcht0(__byte_ptr[r8 + rax + 2048]));
    }

    [Fact]
    public void A_constant_is_placed_once()
    {
        var code = new SnippetEmitter("two loads of a constant", emitter =>
        {
            emitter.Code.vmovups(zmm0, emitter.Repeated(7));
            emitter.Code.vmovups(zmm1, emitter.Repeated(7));
            emitter.Code.vmovups(zmm2, emitter.Repeated(8));
        }).Assemble(out var codeBytes);
        ulong[] addresses = [.. Decode(code, codeBytes).Where(i => i.Mnemonic == Mnemonic.Vmovups).Select(i => i.MemoryDisplacement64)];
        Assert.Equal(3, addresses.Length);
        Assert.Equal(addresses[0], addresses[1]);
        Assert.Equal(Enumerable.Repeat(7, 16), Integers(code, addresses[0]));
        Assert.Equal(Enumerable.Repeat(8, 16), Integers(code, addresses[2]));
    }

    private static int[] Integers(byte[] code, ulong address) =>
        [.. Enumerable.Range(0, 16).Select(i => BitConverter.ToInt32(code, (int)address + (4 * i)))];

    private static void AssertEncoded(string expected, Action<Assembler> write)
    {
        var whole = new SnippetEmitter("with", emitter => write(emitter.Code)).Assemble(out var codeBytes);
        _ = new SnippetEmitter("without", _ => { }).Assemble(out var frameBytes);
        Assert.Contains(expected, Convert.ToHexStringLower(whole, 0, codeBytes));
        Assert.Equal(expected.Length / 2, codeBytes - frameBytes);
    }

    private static void AssertSound(KernelEmitter emitter)
    {
        var code = emitter.Assemble(out var codeBytes);
        var instructions = Decode(code, codeBytes);
        Assert.Equal(codeBytes, instructions.Sum(instruction => instruction.Length));
        Assert.All(instructions, instruction => Assert.False(instruction.IsInvalid, $"{emitter.Key}: invalid instruction at {instruction.IP:x}"));
        Assert.Equal(Mnemonic.Ret, instructions[^1].Mnemonic);
        Assert.Equal(Mnemonic.Vzeroupper, instructions[^2].Mnemonic);
        Assert.Single(instructions, instruction => instruction.Mnemonic == Mnemonic.Ret);
        Assert.DoesNotContain(instructions, instruction => instruction.Mnemonic == Mnemonic.Call);

        Register[] pushed = [.. instructions.Where(instruction => instruction.Mnemonic == Mnemonic.Push).Select(instruction => instruction.Op0Register)];
        Register[] popped = [.. instructions.Where(instruction => instruction.Mnemonic == Mnemonic.Pop).Select(instruction => instruction.Op0Register)];
        Assert.Equal(pushed, popped.Reverse());

        // The stack pointer moves where the frame is made and where it is given up.
        var information = new InstructionInfoFactory();
        var moves = 0;
        foreach (var instruction in instructions)
        {
            foreach (var register in information.GetInfo(instruction).GetUsedRegisters().Where(register => IsWritten(register.Access)))
            {
                var full = register.Register.GetFullRegister();
                if (full == Register.RSP)
                {
                    moves += instruction.Mnemonic is Mnemonic.Push or Mnemonic.Pop or Mnemonic.Ret ? 0 : 1;
                }
                else if (full.IsGPR64())
                {
                    Assert.True(pushed.Contains(full) || s_scratch.Contains(full), $"{emitter.Key}: {full} is written but not kept, at {instruction.IP:x}");
                }
            }
        }

        Assert.Equal(3, moves);
        AssertReadsOnlyItself(emitter, code, instructions);
    }

    /// <summary>What is addressed by the instruction pointer are the constants, whole.</summary>
    private static void AssertReadsOnlyItself(KernelEmitter emitter, byte[] code, Instruction[] instructions)
    {
        foreach (var instruction in instructions.Where(instruction => instruction.IsIPRelativeMemoryOperand))
        {
            var end = instruction.IPRelativeMemoryAddress + (ulong)instruction.MemorySize.GetSize();
            Assert.True(
                instruction.IPRelativeMemoryAddress > instructions[^1].IP && end <= (ulong)code.Length,
                $"{emitter.Key}: the constant at {instruction.IPRelativeMemoryAddress:x} is outside of the code");
        }
    }

    private static bool IsWritten(OpAccess access) =>
        access is OpAccess.Write or OpAccess.CondWrite or OpAccess.ReadWrite or OpAccess.ReadCondWrite;

    private static Instruction[] Decode(byte[] code, int codeBytes)
    {
        var decoder = Decoder.Create(64, code.AsSpan(0, codeBytes).ToArray());
        var instructions = new List<Instruction>();
        while (decoder.IP < (ulong)codeBytes)
        {
            instructions.Add(decoder.Decode());
        }

        return [.. instructions];
    }
}
