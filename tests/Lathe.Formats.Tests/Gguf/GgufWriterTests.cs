using Lathe.Formats.Gguf;

namespace Lathe.Formats.Tests.Gguf;

public sealed class GgufWriterTests
{
    [Fact]
    public void A_key_or_name_twice_is_an_error()
    {
        var writer = new GgufWriter();
        writer.Add("a", 1);
        writer.AddTensor("t", GgmlType.F32, new TensorShape(1), new byte[4]);
        Assert.Throws<ArgumentException>(() => writer.Add("a", "text"));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("t", GgmlType.F32, new TensorShape(1), new byte[4]));
    }

    [Fact]
    public void What_the_reader_would_refuse_is_not_written()
    {
        var writer = new GgufWriter();
        Assert.Throws<ArgumentException>(() => writer.Add("", 1));
        Assert.Throws<ArgumentException>(() => writer.Add(new string('k', 65536), 1));
        Assert.Throws<ArgumentException>(() => writer.Add("general.alignment", 48u));
        Assert.Throws<ArgumentException>(() => writer.Add("general.alignment", "64"));
        Assert.Throws<NotSupportedException>(() => writer.Add("decimal", 1m));
        Assert.Throws<NotSupportedException>(() => writer.Add("enum", GgmlType.F32));
        Assert.Throws<ArgumentException>(() => writer.AddTensor(new string('t', 64), GgmlType.F32, new TensorShape(1), new byte[4]));
        Assert.Throws<ArgumentException>(() => writer.AddTensor("t", GgmlType.Q4_K, new TensorShape(128), new byte[72]));
        Assert.Throws<GgufException>(() => writer.AddTensor("t", (GgmlType)99, new TensorShape(1), new byte[4]));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void Data_of_another_length_leaves_no_file_behind(int length)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.gguf"], "the file before");
        var writer = new GgufWriter();
        writer.AddTensor("t", GgmlType.F32, new TensorShape(1), new byte[length]);
        Assert.Throws<InvalidOperationException>(() => writer.Write(folder["a.gguf"]));
        Assert.Equal("the file before", File.ReadAllText(folder["a.gguf"]));
        Assert.False(File.Exists(folder["a.gguf.partial"]));
    }

    [Fact]
    public void Data_is_asked_for_one_tensor_at_a_time()
    {
        int open = 0;
        var writer = new GgufWriter();
        for (int i = 0; i < 4; i++)
        {
            writer.AddTensor($"t{i}", GgmlType.I8, new TensorShape(1000), stream =>
            {
                Assert.Equal(1, ++open);
                stream.Write(new byte[400]);
                stream.Write(new byte[600]);
                open--;
            });
        }

        using var file = new MemoryStream();
        writer.Write(file);
        Assert.Equal(0, file.Length % 32);
    }
}
