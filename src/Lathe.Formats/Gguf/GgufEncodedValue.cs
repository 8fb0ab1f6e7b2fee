using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Lathe.Formats.Gguf;

/// <summary>A metadata value as a file stores it after its type id.</summary>
internal readonly record struct GgufEncodedValue(GgufValueType Type, byte[] Bytes)
{
    public static GgufEncodedValue OfNumber<T>(T value)
        where T : unmanaged
    {
        return new GgufEncodedValue(TypeOf<T>(), BytesOf([value]).ToArray());
    }

    public static GgufEncodedValue OfString(string value)
    {
        var bytes = new List<byte>();
        Append(bytes, value);
        return new GgufEncodedValue(GgufValueType.String, [.. bytes]);
    }

    public static GgufEncodedValue OfArray<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        return OfArray(TypeOf<T>(), values.Length, BytesOf(values));
    }

    public static GgufEncodedValue OfArray(ReadOnlySpan<string> values)
    {
        var bytes = new List<byte>();
        foreach (string value in values)
        {
            Append(bytes, value);
        }

        return OfArray(GgufValueType.String, values.Length, CollectionsMarshal.AsSpan(bytes));
    }

    private static GgufEncodedValue OfArray(GgufValueType elementType, int count, ReadOnlySpan<byte> elements)
    {
        byte[] bytes = new byte[sizeof(uint) + sizeof(ulong) + elements.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)elementType);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(sizeof(uint)), (ulong)count);
        elements.CopyTo(bytes.AsSpan(sizeof(uint) + sizeof(ulong)));
        return new GgufEncodedValue(GgufValueType.Array, bytes);
    }

    private static void Append(List<byte> bytes, string value)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)Encoding.UTF8.GetByteCount(value));
        bytes.AddRange(length);
        bytes.AddRange(Encoding.UTF8.GetBytes(value));
    }

    private static ReadOnlySpan<byte> BytesOf<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        return BitConverter.IsLittleEndian
            ? MemoryMarshal.AsBytes(values)
            : throw new PlatformNotSupportedException("GGUF files are written on little-endian machines only.");
    }

    private static GgufValueType TypeOf<T>() => System.Type.GetTypeCode(typeof(T)) switch
    {
        _ when typeof(T).IsEnum => throw new NotSupportedException($"A {typeof(T).Name} is not a metadata value; convert it to a number."),
        TypeCode.Byte => GgufValueType.UInt8,
        TypeCode.SByte => GgufValueType.Int8,
        TypeCode.UInt16 => GgufValueType.UInt16,
        TypeCode.Int16 => GgufValueType.Int16,
        TypeCode.UInt32 => GgufValueType.UInt32,
        TypeCode.Int32 => GgufValueType.Int32,
        TypeCode.Single => GgufValueType.Float32,
        TypeCode.Boolean => GgufValueType.Boolean,
        TypeCode.UInt64 => GgufValueType.UInt64,
        TypeCode.Int64 => GgufValueType.Int64,
        TypeCode.Double => GgufValueType.Float64,
        _ => throw new NotSupportedException($"A {typeof(T).Name} is not a metadata value; use a boolean, an integer of 8 to 64 bits, a float or a double."),
    };
}
