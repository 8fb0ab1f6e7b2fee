namespace Lathe.Formats.Gguf;

/// <summary>Reads the tensor table: per tensor a string name, a u32 rank, an i64 per dimension, a u32 type and the u64 offset of its data from the
/// start of the data section, which begins at the first aligned offset after the table.</summary>
internal sealed class GgufTensorTable
{
    /// <summary>A name of one byte and no dimensions.</summary>
    public const long LeastEntryBytes = sizeof(ulong) + 1 + sizeof(uint) + sizeof(uint) + sizeof(ulong);

    public const int LongestName = 63;
    private const string Section = "tensor";

    private static readonly string[] s_dimensionMembers = ["ne[0]", "ne[1]", "ne[2]", "ne[3]"];

    private readonly GgufMemory _memory;
    private readonly GgufCursor _cursor;
    private readonly long _alignment;

    // Both grow with what is read: a count that lies must not cost memory.
    private readonly List<Entry> _entries = [];
    private readonly HashSet<string> _names = [];

    private GgufTensorTable(GgufMemory memory, GgufCursor cursor, long alignment)
    {
        _memory = memory;
        _cursor = cursor;
        _alignment = alignment;
    }

    /// <summary>What the table says of a tensor, and with <c>OffsetAt</c> where it states the offset.</summary>
    private readonly record struct Entry(string Name, GgmlType Type, TensorShape Shape, long Bytes, long Offset, long OffsetAt);

    public static GgufTensor[] Parse(GgufMemory memory, GgufCursor cursor, long count, long alignment)
    {
        var table = new GgufTensorTable(memory, cursor, alignment);
        for (long i = 0; i < count; i++)
        {
            table._entries.Add(table.ReadEntry(i));
        }

        table.CheckOverlaps();
        return table.Place();
    }

    private Entry ReadEntry(long index)
    {
        long nameOffset = _cursor.Position;
        var nameField = new GgufField(Section, null, index, "name");
        string name = _cursor.ReadName(LongestName, nameField);
        if (!_names.Add(name))
        {
            throw _cursor.Fail(nameField, nameOffset, $"{GgufField.Quote(name)} a second time", "each name once");
        }

        var field = new GgufField(Section, name, index, null);
        long shapeOffset = _cursor.Position;
        var shape = ReadShape(field);
        var type = ReadType(field with { Member = "type" });
        long bytes = SizeOf(type, shape, field, shapeOffset);
        long offsetAt = _cursor.Position;
        return new Entry(name, type.Type, shape, bytes, ReadOffset(field with { Member = "offset" }), offsetAt);
    }

    private TensorShape ReadShape(in GgufField field)
    {
        long offset = _cursor.Position;
        var rankField = field with { Member = "n_dims" };
        uint rank = _cursor.ReadUInt32(rankField);
        if (rank > TensorShape.MaxRank)
        {
            throw _cursor.Fail(rankField, offset, $"{rank}", $"at most {TensorShape.MaxRank}");
        }

        Span<long> dimensions = stackalloc long[(int)rank];
        for (int i = 0; i < dimensions.Length; i++)
        {
            long dimensionOffset = _cursor.Position;
            var dimensionField = field with { Member = s_dimensionMembers[i] };
            dimensions[i] = (long)_cursor.ReadUInt64(dimensionField);
            if (dimensions[i] < 1)
            {
                throw _cursor.Fail(dimensionField, dimensionOffset, $"{dimensions[i]}", "at least 1");
            }
        }

        return new TensorShape(dimensions);
    }

    private GgmlTypeInfo ReadType(in GgufField field)
    {
        long offset = _cursor.Position;
        uint id = _cursor.ReadUInt32(field);
        return GgmlTypeInfo.TryGet(id) ?? throw _cursor.Fail(field, offset, $"unknown tensor type id {id}", "a tensor type of the format");
    }

    private long SizeOf(GgmlTypeInfo type, TensorShape shape, in GgufField field, long shapeOffset)
    {
        if (shape.D0 % type.BlockElements != 0)
        {
            throw _cursor.Fail(
                field with { Member = s_dimensionMembers[0] },
                shapeOffset + sizeof(uint),
                $"{shape.D0}",
                $"a multiple of {type.BlockElements} for {type.Name}");
        }

        try
        {
            return type.ByteSize(shape);
        }
        catch (OverflowException)
        {
            throw _cursor.Fail(field with { Member = "ne" }, shapeOffset + sizeof(uint), $"{shape}", "a size that fits in 63 bits");
        }
    }

    private long ReadOffset(in GgufField field)
    {
        long at = _cursor.Position;
        ulong offset = _cursor.ReadUInt64(field);
        if (offset > long.MaxValue)
        {
            throw _cursor.Fail(field, at, $"{offset}", $"at most {long.MaxValue}");
        }

        return offset % (ulong)_alignment == 0 ? (long)offset : throw _cursor.Fail(field, at, $"{offset}", $"a multiple of the alignment {_alignment}");
    }

    /// <summary>Gaps between tensors are allowed, shared bytes are not.</summary>
    private void CheckOverlaps()
    {
        Entry[] byOffset = [.. _entries];
        Array.Sort(byOffset, (a, b) => a.Offset.CompareTo(b.Offset));
        for (int i = 1; i < byOffset.Length; i++)
        {
            ref readonly var before = ref byOffset[i - 1];
            ref readonly var entry = ref byOffset[i];
            if (entry.Offset - before.Offset < before.Bytes)
            {
                throw _cursor.Fail(
                    OffsetField(entry),
                    entry.OffsetAt,
                    $"{entry.Offset}",
                    $"no overlap with the {before.Bytes} bytes of {GgufField.Quote(before.Name)} at {before.Offset}");
            }
        }
    }

    private GgufTensor[] Place()
    {
        var tensors = new GgufTensor[_entries.Count];
        long dataStart = tensors.Length == 0 ? _cursor.Position : GgufAlignment.Pad(_cursor.Position, _alignment);
        long dataBytes = Math.Max(0, _memory.Length - dataStart);
        for (int i = 0; i < tensors.Length; i++)
        {
            var entry = _entries[i];
            // A difference of two non-negative numbers cannot overflow, the sum of what the file claims can.
            if (entry.Offset > dataBytes - entry.Bytes)
            {
                throw _cursor.Fail(
                    OffsetField(entry),
                    entry.OffsetAt,
                    $"{entry.Bytes} bytes at {entry.Offset}",
                    $"data within the {dataBytes} bytes of the data section (the file may be incomplete)");
            }

            tensors[i] = new GgufTensor(entry.Name, entry.Type, entry.Shape, entry.Bytes, _memory, dataStart + entry.Offset);
        }

        return tensors;
    }

    private static GgufField OffsetField(in Entry entry) => new(Section, entry.Name, -1, "offset");
}
