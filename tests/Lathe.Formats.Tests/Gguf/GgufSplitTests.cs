using Lathe.Formats.Gguf;

namespace Lathe.Formats.Tests.Gguf;

public sealed unsafe class GgufSplitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_part_opens_all()
    {
        WriteParts();
        using var file = GgufFile.Open(_folder["m-00001-of-00003.gguf"]);
        Assert.Equal(3, file.PartCount);
        Assert.Equal("split model", file.Metadata.GetString("general.name"));
        Assert.Equal(["t0", "t1", "t2"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([0, 1, 2], file.Tensors.Select(tensor => (int)tensor.Data[0]));
        Assert.Equal(Enumerable.Range(0, 3).Sum(i => new FileInfo(PartPath(i)).Length), file.FileSize);
    }

    [Fact]
    public void Another_part_names_the_first()
    {
        WriteParts();
        Assert.Equal(
            "metadata \"split.no\": found part 2 of 3, expected the first part: open m-00001-of-00003.gguf instead",
            WithoutOffset(Assert.Throws<GgufException>(() => GgufFile.Open(PartPath(1)))));
    }

    [Fact]
    public void A_missing_part_is_named()
    {
        WriteParts();
        File.Delete(PartPath(2));
        var error = Assert.Throws<GgufException>(() => GgufFile.Open(PartPath(0)));
        Assert.EndsWith("m-00003-of-00003.gguf does not exist.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_in_the_place_of_another_is_refused()
    {
        WriteParts();
        File.Copy(PartPath(1), PartPath(2), overwrite: true);
        var error = Assert.Throws<GgufException>(() => GgufFile.Open(PartPath(0)));
        Assert.StartsWith("m-00003-of-00003.gguf: ", error.Message, StringComparison.Ordinal);
        Assert.Equal("metadata \"split.no\": found 1, expected 2", WithoutOffset(error));
    }

    [Fact]
    public void A_part_of_another_count_is_refused()
    {
        WriteParts();
        WritePart(1, count: 4);
        Assert.Equal("metadata \"split.count\": found 4, expected 3, as in the first part", WithoutOffset(Assert.Throws<GgufException>(() => GgufFile.Open(PartPath(0)))));
    }

    [Fact]
    public void A_total_that_lies_is_refused()
    {
        WriteParts(total: 4);
        var error = Assert.Throws<GgufException>(() => GgufFile.Open(PartPath(0)));
        Assert.Equal("metadata \"split.tensors.count\": found 4, expected 3, as many as the parts hold", WithoutOffset(error));
    }

    [Fact]
    public void A_tensor_in_two_parts_is_refused()
    {
        WriteParts();
        WritePart(2, name: "t1");
        var error = Assert.Throws<GgufException>(() => GgufFile.Open(PartPath(0)));
        Assert.Equal("tensor \"t1\"", error.Field);
    }

    [Fact]
    public void A_first_part_of_another_name_is_refused()
    {
        WriteParts();
        File.Move(PartPath(0), _folder["renamed.gguf"]);
        var error = Assert.Throws<GgufException>(() => GgufFile.Open(_folder["renamed.gguf"]));
        Assert.Equal("metadata \"split.count\"", error.Field);
        Assert.Contains("expected a name that ends in -00001-of-00003.gguf", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_count_of_one_or_none_is_a_whole_model(int count)
    {
        WritePart(0, count);
        using var file = GgufFile.Open(PartPath(0));
        Assert.Equal(1, file.PartCount);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public void A_count_beyond_the_format_is_refused(int count)
    {
        WritePart(0, count);
        Assert.Equal("metadata \"split.count\"", Assert.Throws<GgufException>(() => GgufFile.Open(PartPath(0))).Field);
    }

    private static string WithoutOffset(GgufException error)
    {
        string message = error.Message[error.Message.IndexOf(error.Field!, StringComparison.Ordinal)..];
        return message.Replace($" at offset {error.Offset}", "", StringComparison.Ordinal).TrimEnd('.');
    }

    private string PartPath(int number) => _folder[$"m-{number + 1:D5}-of-00003.gguf"];

    private void WriteParts(int total = 3)
    {
        for (int i = 0; i < 3; i++)
        {
            WritePart(i, total: total);
        }
    }

    private void WritePart(int number, int count = 3, string? name = null, int total = 3)
    {
        var writer = new GgufWriter();
        if (number == 0)
        {
            writer.Add("general.name", "split model");
        }

        writer.Add("split.no", (ushort)number);
        writer.Add("split.count", count);
        writer.Add("split.tensors.count", total);
        byte[] data = new byte[40];
        Array.Fill(data, (byte)number);
        writer.AddTensor(name ?? $"t{number}", GgmlType.F32, new TensorShape(10), data);
        writer.Write(PartPath(number));
    }
}
