using Lathe.Formats.Gguf;

namespace Lathe.Formats.Tests.Gguf;

/// <summary>Every way in which a header can lie, one by one. Each is refused with the field, the offset and the expectation.</summary>
public sealed unsafe class GgufMalformedHeaderTests
{
    private const uint F32 = 0;
    private const uint Q40 = 2;
    private const uint U32Type = 4;
    private const uint BoolType = 7;
    private const uint StringType = 8;
    private const uint ArrayType = 9;

    // Magic, version and the two counts.
    private const long HeaderBytes = 24;

    [Fact]
    public void Another_magic() => Refuse(new HeaderBuilder().U32(0x67676d6c).U32(3).U64(0).U64(0), "magic", 0, "found bytes 6C6D6767, expected 47475546");

    [Theory]
    [InlineData(0u, "found 0")]
    [InlineData(1u, "found 1")]
    [InlineData(4u, "found 4")]
    [InlineData(0x03000000u, "a big-endian file")]
    [InlineData(0x02000000u, "a big-endian file")]
    public void Another_version(uint version, string found)
    {
        Refuse(HeaderBuilder.Start(0, 0, version), "version", 4, found);
        Refuse(HeaderBuilder.Start(0, 0, version), "version", 4, "expected version 2 or 3, little-endian");
    }

    [Theory]
    [InlineData(1ul)]
    [InlineData(1ul << 40)]
    [InlineData(ulong.MaxValue)]
    public void Counts_beyond_the_file(ulong count)
    {
        Refuse(HeaderBuilder.Start(count, 0), "tensor_count", 8, $"found {count}");
        Refuse(HeaderBuilder.Start(0, count), "metadata_count", 16, $"found {count}");
    }

    [Fact]
    public void Counts_beyond_any_model()
    {
        Refuse(HeaderBuilder.Start((1 << 18) + 1, 0).Data(1 << 23), "tensor_count", 8, "expected at most 262144");
        Refuse(HeaderBuilder.Start(0, (1 << 16) + 1).Data(1 << 21), "metadata_count", 16, "expected at most 65536");
    }

    [Theory]
    [InlineData(0ul, "1 to 65535 bytes")]
    [InlineData(65536ul, "to 65535 bytes")]
    [InlineData(1000ul, "the rest of the file")]
    [InlineData(ulong.MaxValue, "to 65535 bytes")]
    public void Key_length_that_lies(ulong length, string expected)
    {
        var header = HeaderBuilder.Start(0, 1).U64(length).Bytes(new byte[20]);
        Refuse(header, "metadata[0].key.length", HeaderBytes, expected);
    }

    [Fact]
    public void Key_that_is_not_utf8()
    {
        var header = HeaderBuilder.Start(0, 1).U64(2).Bytes(0xC3, 0x28).U32(U32Type).U32(1);
        Refuse(header, "metadata[0].key", HeaderBytes, "expected valid UTF-8");
    }

    [Fact]
    public void Key_twice()
    {
        var header = HeaderBuilder.Start(0, 2).Text("a").U32(U32Type).U32(1);
        long second = header.Position;
        Refuse(header.Text("a").U32(U32Type).U32(1), "metadata[1].key", second, "found \"a\" a second time");
    }

    [Theory]
    [InlineData(13u)]
    [InlineData(uint.MaxValue)]
    public void Unknown_value_type(uint type)
    {
        Refuse(HeaderBuilder.Start(0, 1).Text("a").U32(type).U64(0), "metadata \"a\".type", HeaderBytes + 9, $"found {type}");
    }

    [Theory]
    [InlineData(1ul << 20)]
    [InlineData((1ul << 30) + 1)]
    [InlineData(ulong.MaxValue)]
    public void String_length_that_lies(ulong length)
    {
        Refuse(HeaderBuilder.Start(0, 1).Text("a").U32(StringType).U64(length), "metadata \"a\".length", HeaderBytes + 13, $"found {length}");
    }

    [Fact]
    public void Boolean_that_is_neither()
    {
        Refuse(HeaderBuilder.Start(0, 1).Text("a").U32(BoolType).U8(2), "metadata \"a\"", HeaderBytes + 13, "found 2, expected a boolean");
        var array = HeaderBuilder.Start(0, 1).Text("a").U32(ArrayType).U32(BoolType).U64(3).Bytes(0, 1, 255);
        Refuse(array, "metadata \"a\"[2]", HeaderBytes + 27, "found 255, expected a boolean");
    }

    [Fact]
    public void Array_of_arrays()
    {
        var header = HeaderBuilder.Start(0, 1).Text("a").U32(ArrayType);
        for (int i = 0; i < 100_000; i++)
        {
            header.U32(ArrayType).U64(1);
        }

        Refuse(header, "metadata \"a\".element_type", HeaderBytes + 13, "found an array within an array");
    }

    [Fact]
    public void Array_of_an_unknown_type()
    {
        Refuse(HeaderBuilder.Start(0, 1).Text("a").U32(ArrayType).U32(99).U64(0), "metadata \"a\".element_type", HeaderBytes + 13, "found 99");
    }

    [Theory]
    [InlineData(U32Type, 4ul)]
    [InlineData(U32Type, 1ul << 62)]
    [InlineData(StringType, 3ul)]
    [InlineData(StringType, ulong.MaxValue)]
    [InlineData(BoolType, 1ul << 31)]
    public void Array_count_that_lies(uint elementType, ulong count)
    {
        var header = HeaderBuilder.Start(0, 1).Text("a").U32(ArrayType).U32(elementType).U64(count).Bytes(new byte[12]);
        Refuse(header, "metadata \"a\".count", HeaderBytes + 17, $"found {count}");
    }

    [Theory]
    [InlineData(4ul, "found 4, expected at most 3")]
    [InlineData((1ul << 30) + 1, "expected 0 to 1073741824 bytes")]
    [InlineData(ulong.MaxValue, "found 18446744073709551615")]
    public void String_in_an_array_whose_length_lies(ulong length, string message)
    {
        var header = HeaderBuilder.Start(0, 1).Text("a").U32(ArrayType).U32(StringType).U64(2).Text("x").U64(length).Bytes(1, 2, 3);
        Refuse(header, "metadata \"a\"[1].length", HeaderBytes + 34, message);
    }

    [Fact]
    public void String_in_an_array_whose_length_is_cut_off()
    {
        var header = HeaderBuilder.Start(0, 1).Text("a").U32(ArrayType).U32(StringType).U64(2).Text("0123456789").Bytes(new byte[7]);
        Refuse(header, "metadata \"a\"[1]", HeaderBytes + 43, "found the end of the file after 7 bytes, expected 8 bytes");
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(48u)]
    [InlineData(uint.MaxValue)]
    public void Alignment_that_is_not_a_power_of_two(uint alignment)
    {
        var header = HeaderBuilder.Start(0, 1).Text("general.alignment").U32(U32Type).U32(alignment);
        Refuse(header, "metadata \"general.alignment\"", HeaderBytes + 29, $"found {alignment}, expected a power of two");
    }

    [Fact]
    public void Alignment_that_is_text()
    {
        var header = HeaderBuilder.Start(0, 1).Text("general.alignment").U32(StringType).Text("32");
        Refuse(header, "metadata \"general.alignment\"", HeaderBytes + 29, "found type String, expected an integer");
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(64ul)]
    [InlineData(ulong.MaxValue)]
    public void Tensor_name_length_that_lies(ulong length)
    {
        Refuse(HeaderBuilder.Start(1, 0).U64(length).Bytes(new byte[100]), "tensor[0].name.length", HeaderBytes, $"found {length}, expected 1 to 63 bytes");
    }

    [Fact]
    public void Tensor_name_that_is_not_utf8()
    {
        Refuse(HeaderBuilder.Start(1, 0).U64(1).Bytes(0xFF).U32(0).U32(F32).U64(0).Data(4), "tensor[0].name", HeaderBytes, "found bytes that are not UTF-8 (FF)");
    }

    [Fact]
    public void Tensor_name_twice()
    {
        var header = HeaderBuilder.Start(2, 0).Tensor("t", F32, 0, 8);
        long second = header.Position;
        Refuse(header.Tensor("t", F32, 32, 8).Data(64), "tensor[1].name", second, "found \"t\" a second time");
    }

    [Theory]
    [InlineData(5u)]
    [InlineData(uint.MaxValue)]
    public void Rank_beyond_four(uint rank)
    {
        Refuse(HeaderBuilder.Start(1, 0).Text("t").U32(rank).Data(200), "tensor \"t\".n_dims", HeaderBytes + 9, $"found {rank}, expected at most 4");
    }

    [Theory]
    [InlineData(0ul, "0")]
    [InlineData(ulong.MaxValue, "-1")]
    [InlineData(1ul << 63, "-9223372036854775808")]
    public void Dimension_below_one(ulong dimension, string found)
    {
        Refuse(HeaderBuilder.Start(1, 0).Tensor("t", F32, 0, 4, dimension).Data(64), "tensor \"t\".ne[1]", HeaderBytes + 21, $"found {found}, expected at least 1");
    }

    [Theory]
    [InlineData(1ul << 32, 1ul << 32)]
    [InlineData(1ul << 62, 1ul)]
    [InlineData(1ul << 62, 2ul)]
    [InlineData((ulong)long.MaxValue, (ulong)long.MaxValue)]
    public void Shape_that_overflows(ulong first, ulong second)
    {
        Refuse(HeaderBuilder.Start(1, 0).Tensor("t", F32, 0, first, second).Data(64), "tensor \"t\".ne", HeaderBytes + 13, "expected a size that fits in 63 bits");
    }

    [Fact]
    public void Row_that_is_not_whole_blocks()
    {
        Refuse(HeaderBuilder.Start(1, 0).Tensor("t", Q40, 0, 33).Data(64), "tensor \"t\".ne[0]", HeaderBytes + 13, "found 33, expected a multiple of 32 for Q4_0");
    }

    [Theory]
    [InlineData(4u)]
    [InlineData(5u)]
    [InlineData(31u)]
    [InlineData(36u)]
    [InlineData(43u)]
    [InlineData(uint.MaxValue)]
    public void Unknown_tensor_type(uint type)
    {
        Refuse(HeaderBuilder.Start(1, 0).Tensor("t", type, 0, 32).Data(64), "tensor \"t\".type", HeaderBytes + 21, $"found unknown tensor type id {type}");
    }

    [Theory]
    [InlineData(4ul, 32)]
    [InlineData(32ul, 64)]
    public void Offset_that_is_not_aligned(ulong offset, int alignment)
    {
        var header = HeaderBuilder.Start(1, 1).Text("general.alignment").U32(U32Type).U32((uint)alignment).Text("t").U32(1).U64(4).U32(F32);
        long at = header.Position;
        Refuse(header.U64(offset).Data(256, alignment), "tensor \"t\".offset", at, $"expected a multiple of the alignment {alignment}");
    }

    [Theory]
    [InlineData(32ul)]
    [InlineData(1ul << 40)]
    [InlineData((ulong)long.MaxValue - 31)]
    [InlineData(1ul << 63)]
    public void Data_beyond_the_file(ulong offset)
    {
        Refuse(HeaderBuilder.Start(1, 0).Tensor("t", F32, offset, 8).Data(32), "tensor \"t\".offset", HeaderBytes + 25, $"{offset}");
    }

    [Theory]
    [InlineData(1ul << 40)]
    [InlineData((ulong)long.MaxValue / 4)]
    public void Data_longer_than_the_file(ulong length)
    {
        Refuse(HeaderBuilder.Start(1, 0).Tensor("t", F32, 0, length).Data(32), "tensor \"t\".offset", HeaderBytes + 25, $"found {length * 4} bytes at 0");
        // The data section itself would begin far past the end of the file.
        var header = HeaderBuilder.Start(1, 1).Text("general.alignment").U32(U32Type).U32(1u << 31).Text("t").U32(1).U64(length).U32(F32);
        long at = header.Position;
        Refuse(header.U64(0).Data(32), "tensor \"t\".offset", at, "within the 0 bytes of the data section");
    }

    [Theory]
    [InlineData(0ul, 0ul)]
    [InlineData(0ul, 32ul)]
    [InlineData(32ul, 0ul)]
    public void Tensors_that_overlap(ulong first, ulong second)
    {
        var header = HeaderBuilder.Start(2, 0).Tensor("a", F32, first, 16).Tensor("b", F32, second, 16).Data(128);
        var error = Assert.Throws<GgufException>(() => Parse(header.ToArray()));
        Assert.Matches("^tensor \"[ab]\".offset$", error.Field);
        Assert.Contains("expected no overlap with the 64 bytes of ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_from_the_file_are_made_harmless_in_messages()
    {
        string key = "\u001b[31m" + new string('k', 500);
        var error = Assert.Throws<GgufException>(() => Parse(HeaderBuilder.Start(0, 1).Text(key).U32(99).U64(0).ToArray()));
        Assert.DoesNotContain('\u001b', error.Message);
        Assert.InRange(error.Message.Length, 1, 300);
    }

    [Fact]
    public void Gaps_between_tensors_and_any_order_are_accepted()
    {
        byte[] bytes = HeaderBuilder.Start(3, 0).Tensor("a", F32, 256, 8).Tensor("b", Q40, 0, 32).Tensor("c", F32, 32).Data(288).ToArray();
        using var memory = new GuardedMemory(bytes);
        using var file = GgufFile.FromMemory(memory.Start, bytes.Length, "test");
        Assert.Equal(["a F32 [8]", "b Q4_0 [32]", "c F32 []"], file.Tensors.Select(tensor => tensor.ToString()));
        Assert.Equal(32, memory.End - file.Tensors[0].Data);
        Assert.Equal(4, file.Tensors[2].ByteSize);
    }

    [Fact]
    public void A_file_of_metadata_alone_needs_no_padding()
    {
        byte[] bytes = HeaderBuilder.Start(0, 1).Text("a").U32(BoolType).U8(1).ToArray();
        using var memory = new GuardedMemory(bytes);
        using var file = GgufFile.FromMemory(memory.Start, bytes.Length, "test");
        Assert.True(file.Metadata.GetBoolean("a"));
        Assert.Empty(file.Tensors);
    }

    private static void Parse(byte[] bytes)
    {
        using var memory = new GuardedMemory(bytes);
        GgufFile.FromMemory(memory.Start, bytes.Length, "test").Dispose();
    }

    private static void Refuse(HeaderBuilder header, string field, long offset, string messagePart)
    {
        var error = Assert.Throws<GgufException>(() => Parse(header.ToArray()));
        Assert.Equal(field, error.Field);
        Assert.Contains(messagePart, error.Message, StringComparison.Ordinal);
        Assert.Contains($"test: {field} at offset {error.Offset}: found ", error.Message, StringComparison.Ordinal);
        Assert.Equal(offset, error.Offset);
    }
}
