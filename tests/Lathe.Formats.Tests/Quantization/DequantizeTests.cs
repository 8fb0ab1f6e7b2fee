using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Formats.Tests.Quantization;

public sealed unsafe class DequantizeTests
{
    private const int GoldenElements = 4096;

    public static TheoryData<GgmlType> Types => Formats.All;

    public static TheoryData<GgmlType> GoldenTypes => [.. BlockFormat.All.Where(format => format.Type != GgmlType.F32).Select(format => format.Type)];

    [Fact]
    public void EveryGoldenFileHasAFormatAndEveryFormatAGoldenFile()
    {
        // F32 needs no recording: its own bits are the reference.
        IEnumerable<string> formats = BlockFormat.All.Where(format => format.Type != GgmlType.F32).Select(format => format.Name.ToLowerInvariant());
        IEnumerable<string?> files = Directory.EnumerateFiles(GoldenBlocks.Folder, "*.blocks").Select(Path.GetFileNameWithoutExtension);

        Assert.Equal(files.Order(StringComparer.Ordinal), formats.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(GoldenTypes))]
    public void MatchesTheRecordedValuesBitForBit(GgmlType type)
    {
        BlockFormat format = BlockFormat.Get(type);
        GoldenBlocks golden = GoldenBlocks.Load(format);
        Assert.Equal(GoldenElements, golden.Values.Length);
        Assert.Equal(format.ByteSize(GoldenElements), golden.Blocks.Length);

        float[] values = Formats.Dequantize(format, golden.Blocks);

        for (int i = 0; i < values.Length; i++)
        {
            int expected = BitConverter.SingleToInt32Bits(golden.Values[i]);
            int actual = BitConverter.SingleToInt32Bits(values[i]);
            Assert.True(expected == actual, $"{type} value {i}: expected {golden.Values[i]:R} ({expected:X8}), got {values[i]:R} ({actual:X8})");
        }
    }

    [Fact]
    public void F32KeepsEveryBit()
    {
        uint[] patterns = [0, 0x8000_0000, 1, 0x7F7F_FFFF, 0x7F80_0000, 0xFF80_0000, 0x3F80_0001];
        byte[] blocks = [.. patterns.SelectMany(BitConverter.GetBytes)];

        float[] values = Formats.Dequantize(BlockFormat.Get(GgmlType.F32), blocks);

        Assert.Equal(patterns, values.Select(BitConverter.SingleToUInt32Bits));
    }

    /// <summary>Values must not depend on what lies after the block, and nothing may be written after the last value.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void StaysInsideTheBlock(GgmlType type)
    {
        const int Margin = 63;
        const float Sentinel = 12345.678f;
        BlockFormat format = BlockFormat.Get(type);
        byte[] block = new byte[format.BlockBytes];
        new Random(7).NextBytes(block);

        float[][] results = new float[2][];
        foreach (int run in (int[])[0, 1])
        {
            byte surroundings = run == 0 ? (byte)0x00 : (byte)0xFF;
            byte[] blocks = [.. Enumerable.Repeat(surroundings, Margin), .. block, .. Enumerable.Repeat(surroundings, Margin)];
            float[] values = [.. Enumerable.Repeat(Sentinel, format.BlockElements + (2 * Margin))];
            fixed (byte* source = blocks)
            fixed (float* destination = values)
            {
                format.Dequantize(source + Margin, destination + Margin, format.BlockElements);
            }

            Assert.All(values[..Margin], value => Assert.Equal(Sentinel, value));
            Assert.All(values[^Margin..], value => Assert.Equal(Sentinel, value));
            results[run] = values[Margin..^Margin];
        }

        Assert.Equal(results[0].Select(BitConverter.SingleToInt32Bits), results[1].Select(BitConverter.SingleToInt32Bits));
        Assert.DoesNotContain(Sentinel, results[0]);
    }

    /// <summary>Any bytes are a valid block: hostile files give odd numbers, never a fault.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void AcceptsAnyBytes(GgmlType type)
    {
        BlockFormat format = BlockFormat.Get(type);
        foreach (byte fill in (byte[])[0x00, 0xFF, 0x7F, 0x80, 0x55, 0xAA])
        {
            byte[] blocks = new byte[3 * format.BlockBytes];
            Array.Fill(blocks, fill);

            float[] values = Formats.Dequantize(format, blocks);

            Assert.Equal(3 * format.BlockElements, values.Length);
            if (fill == 0)
            {
                Assert.All(values, value => Assert.Equal(0f, value));
            }
        }
    }
}
