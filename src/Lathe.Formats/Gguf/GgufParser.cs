using System.Buffers.Binary;

namespace Lathe.Formats.Gguf;

/// <summary>Reads the header of one file and checks all of it: what it returns can be used without further checks.</summary>
/// <remarks>Layout, little-endian: magic, u32 version, u64 tensor count, u64 metadata count, the metadata, the tensor table, padding to the
/// alignment, the tensors' data.</remarks>
internal static class GgufParser
{
    public const uint OldestVersion = 2;
    public const uint NewestVersion = 3;

    // Both far beyond any model, and low enough that a hostile header cannot make many small objects out of a large file.
    private const long MostTensors = 1 << 18;
    private const long MostMetadata = 1 << 16;

    /// <summary>"GGUF" read as a little-endian number.</summary>
    public const uint Magic = 0x46554747;

    /// <exception cref="GgufException">The header is malformed.</exception>
    public static GgufPart Parse(GgufMemory memory)
    {
        var cursor = new GgufCursor(memory);
        ReadMagic(cursor);
        uint version = ReadVersion(cursor);
        long tensorCount = cursor.ReadCount(MostTensors, GgufTensorTable.LeastEntryBytes, GgufField.Header("tensor_count"));
        long metadataCount = cursor.ReadCount(MostMetadata, GgufMetadataParser.LeastEntryBytes, GgufField.Header("metadata_count"));
        var metadata = GgufMetadataParser.Parse(memory, cursor, metadataCount);
        long alignment = GgufAlignment.Of(metadata);
        var tensors = GgufTensorTable.Parse(memory, cursor, tensorCount, alignment);
        return new GgufPart(memory, version, alignment, metadata, tensors);
    }

    private static void ReadMagic(GgufCursor cursor)
    {
        var field = GgufField.Header("magic");
        uint magic = cursor.ReadUInt32(field);
        if (magic != Magic)
        {
            throw cursor.Fail(field, 0, $"bytes {BinaryPrimitives.ReverseEndianness(magic):X8}", "47475546 (\"GGUF\")");
        }
    }

    private static uint ReadVersion(GgufCursor cursor)
    {
        var field = GgufField.Header("version");
        long offset = cursor.Position;
        uint version = cursor.ReadUInt32(field);
        if (version is >= OldestVersion and <= NewestVersion)
        {
            return version;
        }

        bool isSwapped = BinaryPrimitives.ReverseEndianness(version) is > 0 and <= NewestVersion;
        throw cursor.Fail(
            field, offset, isSwapped ? $"a big-endian file (0x{version:X8})" : $"{version}", $"version {OldestVersion} or {NewestVersion}, little-endian");
    }
}
