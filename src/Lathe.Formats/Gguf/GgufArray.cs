using System.Buffers.Binary;
using System.Text;

namespace Lathe.Formats.Gguf;

/// <summary>A metadata array, read in place: opening a vocabulary of hundreds of thousands of tokens makes no object per token.</summary>
/// <remarks>Elements may be read by many threads at once. Reading after the file was disposed throws <see cref="ObjectDisposedException"/>.</remarks>
public sealed unsafe class GgufArray
{
    private readonly GgufMemory? _memory;
    private readonly GgufField _field;
    private readonly long _offset;
    private readonly int _stride;
    private long[]? _stringOffsets;

    internal GgufArray(GgufMemory memory, GgufField field, GgufValueType elementType, int count, long offset)
    {
        _memory = memory;
        _field = field;
        _offset = offset;
        _stride = GgufScalar.SizeOf(elementType);
        ElementType = elementType;
        Count = count;
    }

    private GgufArray()
    {
        ElementType = GgufValueType.UInt8;
    }

    /// <summary>The array that stands for an absent one.</summary>
    public static GgufArray Empty { get; } = new();

    public GgufValueType ElementType { get; }

    public int Count { get; }

    /// <summary>The bytes of string <paramref name="index"/>, normally UTF-8; valid until the file is disposed. The first call finds where all strings begin.</summary>
    public ReadOnlySpan<byte> GetUtf8(int index)
    {
        byte* start = Locate(index, ElementType == GgufValueType.String, "an array of String");
        long[] offsets = _stringOffsets ?? FindStrings(start);
        long first = offsets[index] + sizeof(ulong);
        return new ReadOnlySpan<byte>(start + first, (int)(offsets[index + 1] - first));
    }

    /// <summary>String <paramref name="index"/>; bytes that are not UTF-8 become U+FFFD.</summary>
    public string GetString(int index) => Encoding.UTF8.GetString(GetUtf8(index));

    /// <summary>Element <paramref name="index"/> of an array of any integer type.</summary>
    /// <exception cref="GgufException">The elements are not integers, or the value is beyond <see cref="long.MaxValue"/>.</exception>
    public long GetInteger(int index)
    {
        byte* start = Locate(index, GgufScalar.IsInteger(ElementType), "an array of integers");
        if (!GgufScalar.TryReadInteger(ElementType, start + (long)index * _stride, out long integer))
        {
            throw new GgufException(
                _memory!.Name, (_field with { Element = index }).ToString(), _offset + (long)index * _stride, $"{(ulong)integer}", $"at most {long.MaxValue}");
        }

        return integer;
    }

    /// <summary>Element <paramref name="index"/> of an array of any integer or floating-point type.</summary>
    public double GetNumber(int index)
    {
        byte* start = Locate(index, GgufScalar.IsNumber(ElementType), "an array of numbers");
        return GgufScalar.ReadNumber(ElementType, start + (long)index * _stride);
    }

    /// <summary>Element <paramref name="index"/> of an array of booleans.</summary>
    public bool GetBoolean(int index)
    {
        byte* start = Locate(index, ElementType == GgufValueType.Boolean, "an array of Boolean");
        return start[index] != 0;
    }

    /// <summary>Checks the element's type and index and returns where the array's first element lies.</summary>
    private byte* Locate(int index, bool isExpectedType, string expectation)
    {
        if ((uint)index >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The array has {Count} elements.");
        }

        if (!isExpectedType)
        {
            throw new GgufException(_memory!.Name, _field.ToString(), _offset, $"an array of {ElementType}", expectation);
        }

        return _memory!.Start + _offset;
    }

    /// <summary>Where each string's length lies relative to the first, and where the last string ends. Lengths were checked when the file was opened.</summary>
    private long[] FindStrings(byte* start)
    {
        var offsets = new long[Count + 1];
        long offset = 0;
        for (int i = 0; i < Count; i++)
        {
            offsets[i] = offset;
            offset += sizeof(ulong) + BinaryPrimitives.ReadInt64LittleEndian(new ReadOnlySpan<byte>(start + offset, sizeof(ulong)));
        }

        offsets[Count] = offset;
        // Two threads may both get here; they write the same table, so either may win.
        Volatile.Write(ref _stringOffsets, offsets);
        return offsets;
    }
}
