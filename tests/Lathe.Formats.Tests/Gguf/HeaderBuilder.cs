using System.Buffers.Binary;
using System.Text;

namespace Lathe.Formats.Tests.Gguf;

/// <summary>Crafts headers byte by byte, right or wrong, without going through the writer.</summary>
internal sealed class HeaderBuilder
{
    public const uint Magic = 0x46554747;

    private readonly List<byte> _bytes = [];

    /// <summary>Where the next field will lie.</summary>
    public long Position => _bytes.Count;

    public static HeaderBuilder Start(ulong tensors, ulong metadata, uint version = 3)
    {
        return new HeaderBuilder().U32(Magic).U32(version).U64(tensors).U64(metadata);
    }

    public HeaderBuilder U8(byte value) => Bytes(value);

    public HeaderBuilder U32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Bytes(bytes);
    }

    public HeaderBuilder U64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Bytes(bytes);
    }

    public HeaderBuilder Bytes(params ReadOnlySpan<byte> value)
    {
        _bytes.AddRange(value);
        return this;
    }

    public HeaderBuilder Text(string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        return U64((ulong)bytes.Length).Bytes(bytes);
    }

    /// <summary>A tensor's entry up to its offset.</summary>
    public HeaderBuilder Tensor(string name, uint type, ulong offset, params ReadOnlySpan<ulong> dimensions)
    {
        Text(name).U32((uint)dimensions.Length);
        foreach (ulong dimension in dimensions)
        {
            U64(dimension);
        }

        return U32(type).U64(offset);
    }

    /// <summary>Zeros up to the alignment and then as many as the data needs.</summary>
    public HeaderBuilder Data(int bytes, int alignment = 32)
    {
        long padded = (Position + alignment - 1) / alignment * alignment;
        return Bytes(new byte[padded - Position + bytes]);
    }

    public byte[] ToArray() => [.. _bytes];
}
