using Iced.Intel;
using Lathe.Cpu.X64;
using Lathe.Cpu.X64.MatMul.Floats;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Cpu.X64.MatMul.Gemv256;
using Lathe.Cpu.X64.MatMul.Panels;
using Lathe.Cpu.X64.MatMul.Panels256;
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

    /// <summary>Code for processors without AVX-512 has none of it, in its body or around it.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void A_256_bit_gemv_keeps_to_its_level(GgmlType type)
    {
        int[] sizes = BlockFormat.Get(type).BlockElements == 32 ? [96, 256, 2880] : [256, 2816];
        foreach (var level in Gemv256Recipes.Levels)
        {
            foreach (var k in sizes)
            {
                foreach (var tokens in (int[])[1, 2, 4])
                {
                    AssertSound(Gemv256Formats.Create(type).CreateEmitter(level, k, tokens));
                    AssertWithin(level, Gemv256Formats.Create(type).CreateEmitter(level, k, tokens));
                }
            }
        }
    }

    [Theory]
    [InlineData(32, 8, false, 15)]
    [InlineData(32, 0, true, 31)]
    [InlineData(16, 32, false, 63)]
    [InlineData(16, 0, true, 3)]
    public void A_256_bit_gemm_keeps_to_its_level(int groupElements, int offset, bool hasMinima, int maxCode)
    {
        var shape = new Panel256Shape(groupElements, offset, hasMinima, maxCode, 2048);
        foreach (var level in Gemv256Recipes.Levels)
        {
            for (var tokens = 1; tokens <= shape.MaxTokens(level); tokens++)
            {
                foreach (var fresh in (bool[])[true, false])
                {
                    AssertSound(new PanelGemm256Emitter(shape, level, tokens, fresh));
                    AssertWithin(level, new PanelGemm256Emitter(shape, level, tokens, fresh));
                }
            }
        }
    }

    [Fact]
    public void Gemms_decode_and_keep_the_calling_convention()
    {
        foreach (var fresh in (bool[])[true, false])
        {
            foreach (var parts in (TileParts[])[TileParts.Rounded, new TileParts(1, 2), new TileParts(2, 2)])
            {
                AssertSound(new TileGemmEmitter(parts, new TileChunk(16, fresh)));
                AssertSound(new TileGemmEmitter(parts, chunk: null));
            }

            foreach (var (layout, sums) in new[] { (new PanelLayout(32, HasMinima: false), 1), (new PanelLayout(16, HasMinima: true), 2) })
            {
                foreach (var tokens in (int[])[1, 2, 3, PanelGemmEmitter.MaxTokens(layout)])
                {
                    foreach (var (exact, stride) in new (bool, long?)[] { (true, 2048), (false, 2048), (true, null), (false, null) })
                    {
                        AssertSound(new PanelGemmEmitter(new PanelGemmShape(layout, new PanelActivations(sums), exact, stride), tokens, fresh));
                    }

                    AssertSound(new PanelGemmEmitter(new PanelGemmShape(layout, new PanelActivations(sums), HasExactScales: true, null, IsScattered: true), tokens, fresh));
                }
            }
        }

        foreach (var layout in (PanelLayout[])[new PanelLayout(32, HasMinima: false), new PanelLayout(16, HasMinima: true)])
        {
            AssertSound(new PanelFinishEmitter(layout, 8, exactScales: true));
            AssertSound(new PanelPackEmitter(new PanelActivations(layout.Groups)));
        }

        AssertSound(new TilePackEmitter(parts: 1));
        AssertSound(new TilePackEmitter(parts: 2));
        AssertSound(new TileStoreEmitter());
        foreach (var type in GemvFormats.Types)
        {
            AssertSound(new TileUnpackEmitter(GemvFormats.Create(type), 512));
            AssertSound(new TileUnpackEmitter(GemvFormats.Create(type), elements: null));
            var format = GemvFormats.Create(type);
            AssertSound(new PanelUnpackEmitter(format, format.BlocksPerStep, new PanelLayout(format.GroupElements, format.MinimumSign != 0), exactScales: true));
        }
    }

    [Fact]
    public void Kernels_for_float_weights_decode_and_keep_the_calling_convention()
    {
        foreach (var k in (int[])[1, 16, 63, 64, 2881])
        {
            foreach (var type in FloatFormat.Types)
            {
                foreach (var tokens in (int[])[1, 2, 4])
                {
                    AssertSound(new FloatGemvEmitter(type, k, tokens));
                }

                AssertSound(new FloatGemmShape(type, FloatProduct.F32, k));
            }

            AssertSound(new FloatGemmShape(GgmlType.BF16, FloatProduct.BF16, k));
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
            foreach (var level in Gemv256Recipes.Levels)
            {
                keys.AddRange(((int[])[1, 2, 4]).SelectMany(tokens => ((int[])[256, 512]).Select(k => Gemv256Formats.Create(type).CreateEmitter(level, k, tokens).Key)));
            }
        }

        foreach (var type in FloatFormat.Types)
        {
            keys.AddRange(((int[])[1, 2, 4]).SelectMany(tokens => ((int[])[256, 512]).Select(k => new FloatGemvEmitter(type, k, tokens).Key)));
            keys.AddRange(((int[])[256, 512]).Select(k => new FloatGemmShape(type, FloatProduct.F32, k).WeightPacking(0).Key));
        }

        foreach (var product in Enum.GetValues<FloatProduct>())
        {
            var shape = new FloatGemmShape(GgmlType.BF16, product, 1280);
            keys.AddRange([shape.ActivationPacking().Key, .. shape.Chunks.SelectMany(first => ((int[])[4, 12]).Select(tokens => shape.Multiplication(first, tokens).Key))]);
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
        AssertEncoded("62923e4052df", code => code.vdpbf16ps(zmm3, zmm24, zmm31));
        AssertEncoded("62b2774072e8", code => code.vcvtne2ps2bf16(zmm5, zmm17, zmm16));
        AssertEncoded("62c27dc933640101", code => code.vpmovzxwd(zmm20.k1.z, __ymmword_ptr[r9 + rax + 32]));
        AssertEncoded("62c27d4813640002", code => code.vcvtph2ps(zmm20, __ymmword_ptr[r8 + rax + 64]));
        AssertEncoded("62f1ffc96f3e", code => code.vmovdqu16(zmm7.k1.z, __zmmword_ptr[rsi]));
        AssertEncoded("62627d4818560d", code => code.vbroadcastss(zmm26, __dword_ptr[rsi + 52]));
        AssertEncoded("c4e2a8f5d2", code => code.bzhi(rdx, rdx, r10));
        AssertEncoded("62f15cca586201", code => code.vaddps(zmm4.k2.z, zmm4, __zmmword_ptr[rdx + 64]));
        AssertEncoded("410f188c0000080000", code => code.prefetcht0(__byte_ptr[r8 + rax + 2048]));
    }

    /// <summary>The expected bytes are those of GNU as, which wants <c>{vex}</c> before <c>vpdpbusd</c>.</summary>
    [Fact]
    public void Instructions_without_avx512_have_the_vex_encoding()
    {
        AssertEncoded("c4e25d50b720010000", code => code.vpdpbusd(ymm6, ymm4, __ymmword_ptr[rdi + 0x120]), vex: true);
        AssertEncoded("c4e27550c2", code => code.vpdpbusd(ymm0, ymm1, ymm2), vex: true);
        AssertEncoded("c4e255047f20", code => code.vpmaddubsw(ymm7, ymm5, __ymmword_ptr[rdi + 32]), vex: true);
        AssertEncoded("c4c14df5f6", code => code.vpmaddwd(ymm6, ymm6, ymm14), vex: true);
        AssertEncoded("c5cd6bf7", code => code.vpackssdw(ymm6, ymm6, ymm7), vex: true);
        AssertEncoded("c4423d0cc7", code => code.vpermilps(ymm8, ymm8, ymm15), vex: true);
        AssertEncoded("c4427d13c0", code => code.vcvtph2ps(ymm8, xmm8), vex: true);
        AssertEncoded("c4e22da80424", code => code.vfmadd213ps(ymm0, ymm10, __ymmword_ptr[rsp]), vex: true);
        AssertEncoded("c4c159c464011201", code => code.vpinsrw(xmm4, xmm4, __word_ptr[r9 + rax + 18], 1), vex: true);
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

    private static void AssertEncoded(string expected, Action<Assembler> write, bool vex = false)
    {
        var whole = new SnippetEmitter("with", emitter =>
        {
            emitter.Code.PreferVex = vex;
            write(emitter.Code);
        }).Assemble(out var codeBytes);
        _ = new SnippetEmitter("without", _ => { }).Assemble(out var frameBytes);
        Assert.Contains(expected, Convert.ToHexStringLower(whole, 0, codeBytes));
        Assert.Equal(expected.Length / 2, codeBytes - frameBytes);
    }

    private static void AssertSound(FloatGemmShape shape)
    {
        AssertSound(shape.ActivationPacking());
        foreach (var first in shape.Chunks)
        {
            AssertSound(shape.WeightPacking(first));
            AssertSound(shape.Multiplication(first, 4));
            AssertSound(shape.Multiplication(first, FloatGemmLayout.Tokens));
        }
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

    /// <summary>The first processors with 512-bit vpdpbusd permute words, but not bytes, and have no bit matrices.</summary>
    [Fact]
    public void Code_without_byte_operations_has_none()
    {
        CpuidFeature[] byteOperations = [CpuidFeature.AVX512_VBMI, CpuidFeature.AVX512_VBMI2, CpuidFeature.GFNI];
        foreach (var type in GemvFormats.Types)
        {
            var format = GemvFormats.Create(type);
            KernelEmitter[] emitters =
            [
                new GemvEmitter(format, 512, 1) { HasByteOperations = false },
                new GemvPackEmitter(GemvFormats.Create(type), new GemvLayout(format, 512)),
                new PanelUnpackEmitter(GemvFormats.Create(type), format.BlocksPerStep, new PanelLayout(format.GroupElements, format.MinimumSign != 0), exactScales: true)
                {
                    HasByteOperations = false,
                },
            ];
            foreach (var emitter in emitters)
            {
                var code = emitter.Assemble(out var codeBytes);
                Assert.All(Decode(code, codeBytes), instruction => Assert.Empty(instruction.CpuidFeatures.ToArray().Intersect(byteOperations)));
            }
        }
    }

    private static void AssertWithin(X64Level level, KernelEmitter emitter)
    {
        CpuidFeature[] allowed =
        [
            CpuidFeature.INTEL8086, CpuidFeature.INTEL386, CpuidFeature.INTEL486, CpuidFeature.X64, CpuidFeature.PREFETCHW, CpuidFeature.SSE,
            CpuidFeature.AVX, CpuidFeature.AVX2, CpuidFeature.FMA, CpuidFeature.F16C,
            .. level == X64Level.AvxVnni ? (CpuidFeature[])[CpuidFeature.AVX_VNNI] : [],
        ];
        var code = emitter.Assemble(out var codeBytes);
        foreach (var instruction in Decode(code, codeBytes))
        {
            Assert.NotEqual(EncodingKind.EVEX, instruction.Code.Encoding());
            Assert.All(instruction.CpuidFeatures.ToArray(), feature => Assert.Contains(feature, allowed));
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
