using Lathe.Formats.Gguf;

namespace Lathe.Formats.Tests.Gguf;

public sealed unsafe class GgufRoundTripTests
{
    public static TheoryData<string> ModelNames => [.. GoldenFiles.Models.Select(path => Path.GetFileName(path)!)];

    /// <summary>The files were written by other software, so equality of every byte judges reader and writer at once.</summary>
    [Theory]
    [MemberData(nameof(ModelNames))]
    public void Copying_a_file_entry_by_entry_gives_the_same_bytes(string name)
    {
        string path = Path.Combine(GoldenFiles.DataFolder, name);
        using var file = GgufFile.Open(path);
        var writer = new GgufWriter();
        foreach (string key in file.Metadata.Keys)
        {
            writer.Copy(key, file.Metadata);
        }

        foreach (var tensor in file.Tensors)
        {
            writer.Copy(tensor);
        }

        using var copy = new MemoryStream();
        writer.Write(copy);
        Assert.Equal(File.ReadAllBytes(path), copy.ToArray());
    }

    [Fact]
    public void Everything_that_is_written_is_read_back()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(1);
        byte[] q8 = new byte[34 * 3];
        byte[] f32 = new byte[4 * 7];
        random.NextBytes(q8);
        random.NextBytes(f32);
        var writer = new GgufWriter();
        writer.Add("general.alignment", 64u);
        writer.Add("text", "grüße, 世界");
        writer.Add("empty", "");
        writer.Add("yes", true);
        writer.Add("no", false);
        writer.Add("u8", byte.MaxValue);
        writer.Add("i8", sbyte.MinValue);
        writer.Add("u16", ushort.MaxValue);
        writer.Add("i16", short.MinValue);
        writer.Add("u32", uint.MaxValue);
        writer.Add("i32", int.MinValue);
        writer.Add("u64", (ulong)long.MaxValue);
        writer.Add("i64", long.MinValue);
        writer.Add("f32", 0.1f);
        writer.Add("f64", 0.1);
        writer.AddArray("words", ["a", "", "ccc"]);
        writer.AddArray<float>("floats", [1.5f, -2f]);
        writer.AddArray<int>("ints", [1, -2]);
        writer.AddArray<bool>("bools", [true, false]);
        writer.AddArray<long>("none", []);
        writer.AddTensor("blocks", GgmlType.Q8_0, new TensorShape(32, 3), q8);
        writer.AddTensor("floats", GgmlType.F32, new TensorShape(7), stream => stream.Write(f32));
        writer.Write(folder["a.gguf"]);

        using var file = GgufFile.Open(folder["a.gguf"]);
        var metadata = file.Metadata;
        Assert.Equal(3u, file.Version);
        Assert.Equal(64, file.Alignment);
        Assert.Equal(1, file.PartCount);
        Assert.Equal(new FileInfo(folder["a.gguf"]).Length, file.FileSize);
        Assert.Equal(folder["a.gguf"], file.Path);
        Assert.Equal(20, metadata.Count);
        Assert.Equal("grüße, 世界", metadata.GetString("text"));
        Assert.Equal("", metadata.GetString("empty"));
        Assert.True(metadata.GetBoolean("yes"));
        Assert.False(metadata.GetBoolean("no"));
        Assert.Equal(byte.MaxValue, metadata.GetInteger("u8"));
        Assert.Equal(sbyte.MinValue, metadata.GetInteger("i8"));
        Assert.Equal(ushort.MaxValue, metadata.GetInteger("u16"));
        Assert.Equal(short.MinValue, metadata.GetInteger("i16"));
        Assert.Equal(uint.MaxValue, metadata.GetInteger("u32"));
        Assert.Equal(int.MinValue, metadata.GetInteger("i32"));
        Assert.Equal(long.MaxValue, metadata.GetInteger("u64"));
        Assert.Equal(long.MinValue, metadata.GetInteger("i64"));
        Assert.Equal((double)0.1f, metadata.GetNumber("f32"));
        Assert.Equal(0.1, metadata.GetNumber("f64"));
        Assert.Equal(-128.0, metadata.GetNumber("i8"));
        Assert.Equal(GgufValueType.Int16, metadata.TypeOf("i16"));

        var words = metadata.GetArray("words");
        Assert.Equal(["a", "", "ccc"], Enumerable.Range(0, words.Count).Select(words.GetString));
        Assert.Equal("ccc"u8, words.GetUtf8(2));
        var floats = metadata.GetArray("floats");
        Assert.Equal(GgufValueType.Float32, floats.ElementType);
        Assert.Equal([1.5, -2.0], Enumerable.Range(0, floats.Count).Select(floats.GetNumber));
        var ints = metadata.GetArray("ints");
        Assert.Equal([1L, -2L], Enumerable.Range(0, ints.Count).Select(ints.GetInteger));
        Assert.Equal(-2.0, ints.GetNumber(1));
        var bools = metadata.GetArray("bools");
        Assert.Equal([true, false], Enumerable.Range(0, bools.Count).Select(bools.GetBoolean));
        Assert.Equal(0, metadata.GetArray("none").Count);

        Assert.Equal(["blocks", "floats"], file.Tensors.Select(tensor => tensor.Name));
        Assert.True(file.TryGetTensor("blocks", out var blocks));
        Assert.Equal(GgmlType.Q8_0, blocks.Type);
        Assert.Equal(new TensorShape(32, 3), blocks.Shape);
        Assert.Equal(q8, new ReadOnlySpan<byte>(blocks.Data, (int)blocks.ByteSize).ToArray());
        Assert.Equal(f32, new ReadOnlySpan<byte>(file.Tensors[1].Data, (int)file.Tensors[1].ByteSize).ToArray());
        Assert.All(file.Tensors, tensor => Assert.Equal(0, (long)tensor.Data % 64));
        Assert.False(file.TryGetTensor("other", out _));
    }
}
