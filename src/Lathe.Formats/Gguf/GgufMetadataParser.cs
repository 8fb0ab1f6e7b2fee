namespace Lathe.Formats.Gguf;

/// <summary>Reads the metadata: per entry a string key, a u32 type and the value. A string is a u64 length and its bytes; an array is a u32
/// element type, a u64 count and its elements.</summary>
internal sealed unsafe class GgufMetadataParser
{
    /// <summary>A key of one byte with a value of one byte.</summary>
    public const long LeastEntryBytes = sizeof(ulong) + 1 + sizeof(uint) + 1;

    public const int LongestKey = ushort.MaxValue;
    private const int LongestString = 1 << 30;
    private const long MostElements = 1 << 30;
    private const string Section = "metadata";

    private readonly GgufMemory _memory;
    private readonly GgufCursor _cursor;
    private readonly OrderedDictionary<string, GgufMetadataEntry> _entries = [];

    private GgufMetadataParser(GgufMemory memory, GgufCursor cursor)
    {
        _memory = memory;
        _cursor = cursor;
    }

    public static GgufMetadata Parse(GgufMemory memory, GgufCursor cursor, long count)
    {
        var parser = new GgufMetadataParser(memory, cursor);
        for (long i = 0; i < count; i++)
        {
            parser.ReadEntry(i);
        }

        return new GgufMetadata(memory, parser._entries);
    }

    private void ReadEntry(long index)
    {
        long keyOffset = _cursor.Position;
        var keyField = new GgufField(Section, null, index, "key");
        string key = _cursor.ReadName(LongestKey, keyField);
        var field = new GgufField(Section, key, index, null);
        var type = ReadType(field with { Member = "type" });
        long start = _cursor.Position;
        var array = ReadValue(type, field);
        if (!_entries.TryAdd(key, new GgufMetadataEntry(type, start, _cursor.Position, array)))
        {
            throw _cursor.Fail(keyField, keyOffset, $"{GgufField.Quote(key)} a second time", "each key once");
        }
    }

    private GgufValueType ReadType(in GgufField field)
    {
        long offset = _cursor.Position;
        uint type = _cursor.ReadUInt32(field);
        return type <= (uint)GgufValueType.Float64
            ? (GgufValueType)type
            : throw _cursor.Fail(field, offset, $"{type}", $"a value type from 0 to {(uint)GgufValueType.Float64}");
    }

    /// <summary>Passes over a value and checks it; returns its view if it is an array.</summary>
    private GgufArray? ReadValue(GgufValueType type, in GgufField field)
    {
        switch (type)
        {
            case GgufValueType.Array:
                return ReadArray(field);
            case GgufValueType.String:
                _cursor.ReadString(0, LongestString, field);
                return null;
            case GgufValueType.Boolean:
                CheckBooleans(1, field);
                return null;
            default:
                _cursor.Take(GgufScalar.SizeOf(type), field);
                return null;
        }
    }

    private GgufArray ReadArray(in GgufField field)
    {
        long typeOffset = _cursor.Position;
        var typeField = field with { Member = "element_type" };
        var elementType = ReadType(typeField);
        if (elementType == GgufValueType.Array)
        {
            throw _cursor.Fail(typeField, typeOffset, "an array within an array", "elements that are not arrays");
        }

        bool isString = elementType == GgufValueType.String;
        int leastElementBytes = isString ? sizeof(ulong) : GgufScalar.SizeOf(elementType);
        int count = (int)_cursor.ReadCount(MostElements, leastElementBytes, field with { Member = "count" });
        var array = new GgufArray(_memory, field, elementType, count, _cursor.Position);
        switch (elementType)
        {
            case GgufValueType.String:
                _cursor.PassStrings(count, LongestString, field);
                break;
            case GgufValueType.Boolean:
                CheckBooleans(count, field);
                break;
            default:
                _cursor.Take((long)count * leastElementBytes, field);
                break;
        }

        return array;
    }

    private void CheckBooleans(int count, in GgufField field)
    {
        long offset = _cursor.Position;
        var values = new ReadOnlySpan<byte>(_cursor.Take(count, field), count);
        int wrong = values.IndexOfAnyExceptInRange((byte)0, (byte)1);
        if (wrong >= 0)
        {
            throw _cursor.Fail(field with { Element = count == 1 ? -1 : wrong }, offset + wrong, $"{values[wrong]}", "a boolean, 0 or 1");
        }
    }
}
