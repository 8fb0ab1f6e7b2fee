using Lathe.Formats.Gguf;

namespace Lathe.Formats.Tests.Gguf;

public sealed unsafe class GgufMetadataTests : IDisposable
{
    private readonly GuardedMemory _memory;
    private readonly GgufFile _file;

    public GgufMetadataTests()
    {
        using var bytes = new MemoryStream();
        var writer = new GgufWriter();
        writer.Add("text", "x");
        writer.Add("integer", 7u);
        writer.Add("number", 1.5f);
        writer.Add("boolean", true);
        writer.Add("huge", ulong.MaxValue);
        writer.AddArray<ulong>("array", [1, ulong.MaxValue]);
        writer.AddArray("words", ["a", "b"]);
        writer.AddTensor("t", GgmlType.F32, new TensorShape(1), new byte[4]);
        writer.Write(bytes);
        _memory = new GuardedMemory(bytes.ToArray());
        _file = GgufFile.FromMemory(_memory.Start, bytes.Length, "test");
    }

    private GgufMetadata Metadata => _file.Metadata;

    public void Dispose()
    {
        _file.Dispose();
        _memory.Dispose();
    }

    [Fact]
    public void An_absent_key_is_no_error_for_the_trying_forms()
    {
        Assert.False(Metadata.TryGetString("none", out string text));
        Assert.False(Metadata.TryGetInteger("none", out _));
        Assert.False(Metadata.TryGetNumber("none", out _));
        Assert.False(Metadata.TryGetBoolean("none", out _));
        Assert.False(Metadata.TryGetArray("none", out var array));
        Assert.Equal("", text);
        Assert.Equal(0, array.Count);
        Assert.False(Metadata.Contains("none"));
    }

    [Fact]
    public void An_absent_key_is_an_error_for_the_others()
    {
        Action[] reads =
        [
            () => Metadata.GetString("none"),
            () => Metadata.GetInteger("none"),
            () => Metadata.GetNumber("none"),
            () => Metadata.GetBoolean("none"),
            () => Metadata.GetArray("none"),
            () => Metadata.TypeOf("none"),
        ];
        Assert.All(reads, read => Assert.Equal("test: metadata \"none\": the key is missing.", Assert.Throws<GgufException>(read).Message));
    }

    [Theory]
    [InlineData("integer", "text", "found type UInt32, expected String")]
    [InlineData("text", "integer", "found type String, expected an integer")]
    [InlineData("number", "integer", "found type Float32, expected an integer")]
    [InlineData("boolean", "integer", "found type Boolean, expected an integer")]
    [InlineData("boolean", "number", "found type Boolean, expected a number")]
    [InlineData("integer", "boolean", "found type UInt32, expected Boolean")]
    [InlineData("text", "array", "found type String, expected Array")]
    [InlineData("array", "text", "found type Array, expected String")]
    public void A_value_of_another_type_is_an_error(string key, string asked, string message)
    {
        var error = Assert.Throws<GgufException>(() =>
        {
            _ = asked switch
            {
                "text" => Metadata.TryGetString(key, out _),
                "integer" => Metadata.TryGetInteger(key, out _),
                "number" => Metadata.TryGetNumber(key, out _),
                "boolean" => Metadata.TryGetBoolean(key, out _),
                "array" => Metadata.TryGetArray(key, out _),
                _ => throw new ArgumentOutOfRangeException(nameof(asked)),
            };
        });
        Assert.Equal($"metadata \"{key}\"", error.Field);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unsigned_value_that_no_signed_one_can_hold_is_an_error_and_still_a_number()
    {
        Assert.Contains("18446744073709551615", Assert.Throws<GgufException>(() => Metadata.GetInteger("huge")).Message, StringComparison.Ordinal);
        Assert.Equal(18446744073709551615.0, Metadata.GetNumber("huge"));
        var array = Metadata.GetArray("array");
        Assert.Equal(1, array.GetInteger(0));
        Assert.Equal("metadata \"array\"[1]", Assert.Throws<GgufException>(() => array.GetInteger(1)).Field);
        Assert.Equal(18446744073709551615.0, array.GetNumber(1));
    }

    [Fact]
    public void Elements_of_another_type_are_an_error()
    {
        var words = Metadata.GetArray("words");
        Assert.Contains("found an array of String, expected an array of integers", Assert.Throws<GgufException>(() => words.GetInteger(0)).Message, StringComparison.Ordinal);
        Assert.Throws<GgufException>(() => words.GetNumber(0));
        Assert.Throws<GgufException>(() => words.GetBoolean(0));
        Assert.Throws<GgufException>(() => Metadata.GetArray("array").GetString(0));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void Elements_outside_the_array_are_an_error(int index)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Metadata.GetArray("words").GetString(index));
        Assert.Throws<ArgumentOutOfRangeException>(() => Metadata.GetArray("array").GetInteger(index));
        Assert.Throws<ArgumentOutOfRangeException>(() => GgufArray.Empty.GetInteger(index));
    }

    [Fact]
    public void A_value_that_is_not_utf8_is_read_with_replacement_characters()
    {
        byte[] bytes = HeaderBuilder.Start(0, 1).Text("a").U32(8).U64(2).Bytes(0xC3, 0x28).ToArray();
        using var memory = new GuardedMemory(bytes);
        using var file = GgufFile.FromMemory(memory.Start, bytes.Length, "test");
        Assert.Equal("\uFFFD(", file.Metadata.GetString("a"));
    }

    [Fact]
    public void Nothing_is_read_after_the_file_was_disposed()
    {
        var words = Metadata.GetArray("words");
        var tensor = _file.Tensors[0];
        _file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => words.GetString(0));
        Assert.Throws<ObjectDisposedException>(() => Metadata.GetString("text"));
        Assert.Throws<ObjectDisposedException>(() => Metadata.GetInteger("integer"));
        Assert.Throws<ObjectDisposedException>(() => (long)tensor.Data);
    }
}
