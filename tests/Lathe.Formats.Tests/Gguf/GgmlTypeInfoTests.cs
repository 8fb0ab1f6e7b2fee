using Lathe.Formats.Gguf;

namespace Lathe.Formats.Tests.Gguf;

public sealed class GgmlTypeInfoTests
{
    [Fact]
    public void Every_type_has_its_entry_and_its_name()
    {
        Assert.Equal(Enum.GetValues<GgmlType>(), GgmlTypeInfo.All.Select(info => info.Type));
        Assert.All(GgmlTypeInfo.All, info => Assert.Equal(info.Type.ToString(), info.Name));
        Assert.All(GgmlTypeInfo.All, info => Assert.Same(info, GgmlTypeInfo.Of(info.Type)));
        Assert.All(GgmlTypeInfo.All, info => Assert.Same(info, GgmlTypeInfo.Find(info.Name.ToLowerInvariant())));
        Assert.Null(GgmlTypeInfo.Find("Q4_2"));
    }

    /// <summary>The block files hold 4096 values each and were made by other software, so their lengths judge the table.</summary>
    [Fact]
    public void Block_sizes_agree_with_blocks_made_elsewhere()
    {
        string[] files = Directory.GetFiles(Path.Combine(GoldenFiles.DataFolder, "dequant"), "*.blocks");
        Assert.True(files.Length >= 20);
        Assert.All(files, path =>
        {
            var info = GgmlTypeInfo.Find(Path.GetFileNameWithoutExtension(path));
            Assert.NotNull(info);
            Assert.Equal(new FileInfo(path).Length, info.ByteSize(new TensorShape(4096)));
        });
    }

    [Theory]
    [InlineData(GgmlType.F32, 32)]
    [InlineData(GgmlType.Q8_1, 9)]
    [InlineData(GgmlType.Q8_K, 9.125)]
    [InlineData(GgmlType.I8, 8)]
    [InlineData(GgmlType.I16, 16)]
    [InlineData(GgmlType.I32, 32)]
    [InlineData(GgmlType.I64, 64)]
    [InlineData(GgmlType.F64, 64)]
    [InlineData(GgmlType.TQ1_0, 1.6875)]
    [InlineData(GgmlType.TQ2_0, 2.0625)]
    [InlineData(GgmlType.MXFP4, 4.25)]
    [InlineData(GgmlType.NVFP4, 4.5)]
    [InlineData(GgmlType.Q1_0, 1.125)]
    [InlineData(GgmlType.Q2_0, 2.25)]
    public void Bits_per_value_of_types_without_such_a_file(GgmlType type, double bits) => Assert.Equal(bits, GgmlTypeInfo.Of(type).BitsPerElement);

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(33)]
    [InlineData(43)]
    public void An_unknown_id_is_an_error(int id)
    {
        Assert.Contains($"{(uint)id}", Assert.Throws<GgufException>(() => GgmlTypeInfo.Of((GgmlType)id)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_that_are_not_whole_blocks_or_overflow_are_errors()
    {
        Assert.Throws<ArgumentException>(() => GgmlTypeInfo.Of(GgmlType.Q4_K).ByteSize(new TensorShape(128, 2)));
        Assert.Throws<OverflowException>(() => GgmlTypeInfo.Of(GgmlType.F32).ByteSize(new TensorShape(long.MaxValue)));
        Assert.Equal(288, GgmlTypeInfo.Of(GgmlType.Q4_K).ByteSize(new TensorShape(256, 2)));
    }
}
