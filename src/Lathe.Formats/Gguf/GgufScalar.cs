using System.Buffers.Binary;

namespace Lathe.Formats.Gguf;

/// <summary>How the fixed-size metadata values are laid out, and how any of the number types is read as one.</summary>
internal static unsafe class GgufScalar
{
    /// <summary>Bytes of a value of a fixed-size type; 0 for strings and arrays, which state their own.</summary>
    public static int SizeOf(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Boolean => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        GgufValueType.String or GgufValueType.Array => 0,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a metadata value type."),
    };

    public static bool IsInteger(GgufValueType type) => type
        is GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.UInt16 or GgufValueType.Int16
        or GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.UInt64 or GgufValueType.Int64;

    public static bool IsNumber(GgufValueType type) => IsInteger(type) || type is GgufValueType.Float32 or GgufValueType.Float64;

    /// <summary>Reads an integer of any width; false for an unsigned value beyond <see cref="long.MaxValue"/>.</summary>
    public static bool TryReadInteger(GgufValueType type, byte* value, out long integer)
    {
        var bytes = new ReadOnlySpan<byte>(value, SizeOf(type));
        integer = type switch
        {
            GgufValueType.UInt8 => *value,
            GgufValueType.Int8 => (sbyte)*value,
            GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            GgufValueType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            GgufValueType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            GgufValueType.UInt64 or GgufValueType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an integer type."),
        };
        return type != GgufValueType.UInt64 || integer >= 0;
    }

    public static double ReadNumber(GgufValueType type, byte* value)
    {
        var bytes = new ReadOnlySpan<byte>(value, SizeOf(type));
        switch (type)
        {
            case GgufValueType.Float32:
                return BinaryPrimitives.ReadSingleLittleEndian(bytes);
            case GgufValueType.Float64:
                return BinaryPrimitives.ReadDoubleLittleEndian(bytes);
            case GgufValueType.UInt64:
                return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            default:
                TryReadInteger(type, value, out long integer);
                return integer;
        }
    }
}
