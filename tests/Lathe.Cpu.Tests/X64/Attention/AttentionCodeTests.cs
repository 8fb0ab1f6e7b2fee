using Iced.Intel;
using Lathe.Cpu.X64;
using Lathe.Cpu.X64.Attention;
using Lathe.Cpu.X64.Attention.Decode;
using Lathe.Cpu.X64.Attention.Prefill;
using Lathe.Cpu.X64.Attention.Prefill.Vectors;
using Lathe.Engine.Inference;

namespace Lathe.Cpu.Tests.X64.Attention;

/// <summary>The assembled bytes, decoded again: they can be judged on every machine.</summary>
public sealed class AttentionCodeTests
{
    [Theory]
    [InlineData(64, 64)]
    [InlineData(80, 80)]
    [InlineData(128, 128)]
    [InlineData(192, 128)]
    [InlineData(512, 512)]
    public void The_tile_kernel_has_no_product_too_many(int keyDim, int valueDim)
    {
        var layout = new AttentionTileLayout(keyDim, valueDim);
        var code = Decode(new AttendTilesEmitter(layout, capped: false, windowed: false));

        // Four products per step of 32 dims, in the first step's loop and in the woven one; four or two per pair or single part of the values, where eight
        // units are gathered, where a maximum rises and at the end.
        var products = (2 * 4 * layout.Steps) + (3 * ((layout.Parts > 1 ? 4 : 0) + (layout.Parts % 2 * 2)));
        Assert.Equal(products, code.Count(instruction => instruction.Mnemonic == Mnemonic.Tdpbf16ps));
        Assert.Equal(1, code.Count(instruction => instruction.Mnemonic == Mnemonic.Ldtilecfg));
        Assert.Equal(1, code.Count(instruction => instruction.Mnemonic == Mnemonic.Tilerelease));
        Assert.True(
            code.FindIndex(instruction => instruction.Mnemonic == Mnemonic.Tilerelease) > code.FindLastIndex(instruction => instruction.Mnemonic == Mnemonic.Tilestored),
            "tiles are used behind their release");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void What_is_not_asked_for_is_not_there(bool capped, bool windowed)
    {
        var tiles = Decode(new AttendTilesEmitter(new AttentionTileLayout(64, 64), capped, windowed));
        Assert.Equal(capped, tiles.Any(instruction => instruction.Mnemonic == Mnemonic.Vdivps));
        Assert.Equal(windowed ? 4 : 2, tiles.Count(instruction => instruction.Mnemonic == Mnemonic.Vpcmpgtd));
        var rows = Decode(new DecodeEmitter(3, new KvRows(KvElementType.F16, 64), new KvRows(KvElementType.F16, 64), capped, windowed));
        Assert.Equal(capped, rows.Any(instruction => instruction.Mnemonic == Mnemonic.Vdivps));
        Assert.Equal(3 * (windowed ? 8 : 4), rows.Count(instruction => instruction.Mnemonic == Mnemonic.Vpcmpd));
    }

    [Fact]
    public void Decode_reads_each_key_and_value_once_for_all_rows()
    {
        for (var rows = 1; rows <= DecodeEmitter.MaxRows; rows++)
        {
            var code = Decode(new DecodeEmitter(rows, new KvRows(KvElementType.F16, 128), new KvRows(KvElementType.F16, 128), capped: false, windowed: false));
            var keysPerStep = rows <= 6 ? 4 : 2;
            Assert.Equal(8 * (keysPerStep + 1), code.Count(instruction => instruction.Mnemonic == Mnemonic.Vcvtph2ps));
            Assert.Equal(8 * rows * (keysPerStep + 1), code.Count(instruction => instruction.Mnemonic == Mnemonic.Vfmadd231ps));
        }
    }

    [Fact]
    public void Every_kernel_decodes_to_its_return()
    {
        foreach (var type in Enum.GetValues<KvElementType>())
        {
            foreach (var dim in (int[])[64, 96, 128, 256])
            {
                var rows = new KvRows(type, dim);
                KernelEmitter[] emitters =
                [
                    new KeyTilesEmitter(rows),
                    new ValueTilesEmitter(rows),
                    new QueryTilesEmitter(dim),
                    new ResultRowsEmitter(dim),
                    new AttendTilesEmitter(new AttentionTileLayout(dim, dim), capped: true, windowed: true),
                    new FloatRowsEmitter(rows),
                    new QueryRowsEmitter(dim),
                    new AttendRowsEmitter(dim, dim, capped: true, windowed: true),
                    new AttendPairsEmitter(new AttentionTileLayout(dim, dim), capped: true, windowed: true),
                    new DecodeEmitter(5, rows, rows, capped: true, windowed: true),
                ];
                Assert.Equal(emitters.Length, emitters.Select(emitter => emitter.Key).Distinct().Count());
                foreach (var emitter in emitters)
                {
                    var code = Decode(emitter);
                    Assert.DoesNotContain(code, instruction => instruction.IsInvalid);
                    Assert.Equal(Mnemonic.Ret, code[^1].Mnemonic);
                }
            }
        }
    }

    private static List<Instruction> Decode(KernelEmitter emitter)
    {
        var bytes = emitter.Assemble(out var codeBytes);
        var decoder = Iced.Intel.Decoder.Create(64, bytes[..codeBytes]);
        var code = new List<Instruction>();
        while (decoder.IP < (ulong)codeBytes)
        {
            code.Add(decoder.Decode());
        }

        return code;
    }
}
