using System.Buffers.Binary;

namespace Lathe.Formats.Quantization;

/// <summary>Block fields are little-endian and only as aligned as the block's odd size lets them be.</summary>
internal static unsafe class LittleEndian
{
    public static ushort ReadUInt16(byte* source) => BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(source, sizeof(ushort)));

    public static uint ReadUInt32(byte* source) => BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(source, sizeof(uint)));

    public static void WriteUInt16(byte* destination, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(new Span<byte>(destination, sizeof(ushort)), value);

    public static void WriteUInt32(byte* destination, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(destination, sizeof(uint)), value);
}
