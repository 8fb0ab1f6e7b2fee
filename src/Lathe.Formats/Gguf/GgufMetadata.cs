using System.Text;

namespace Lathe.Formats.Gguf;

/// <summary>The typed key-value pairs of a file, read in place. The <c>TryGet</c> methods return false when the key is absent and throw when
/// it is there with another type; the <c>Get</c> methods throw in both cases.</summary>
public sealed unsafe class GgufMetadata
{
    private readonly GgufMemory _memory;
    private readonly OrderedDictionary<string, GgufMetadataEntry> _entries;

    internal GgufMetadata(GgufMemory memory, OrderedDictionary<string, GgufMetadataEntry> entries)
    {
        _memory = memory;
        _entries = entries;
    }

    public int Count => _entries.Count;

    /// <summary>The keys in the order of the file.</summary>
    public IReadOnlyCollection<string> Keys => _entries.Keys;

    public bool Contains(string key) => _entries.ContainsKey(key);

    /// <exception cref="GgufException">The key is missing.</exception>
    public GgufValueType TypeOf(string key) => _entries.TryGetValue(key, out var entry) ? entry.Type : throw Missing(key);

    /// <summary>Bytes that are not UTF-8 become U+FFFD.</summary>
    public bool TryGetString(string key, out string value)
    {
        value = "";
        if (!TryFind(key, out var entry, entry => entry.Type == GgufValueType.String, "String"))
        {
            return false;
        }

        long first = entry.Start + sizeof(ulong);
        value = Encoding.UTF8.GetString(_memory.Start + first, (int)(entry.End - first));
        return true;
    }

    /// <summary>Any integer type.</summary>
    /// <exception cref="GgufException">The value is not an integer, or beyond <see cref="long.MaxValue"/>.</exception>
    public bool TryGetInteger(string key, out long value)
    {
        value = 0;
        if (!TryFind(key, out var entry, entry => GgufScalar.IsInteger(entry.Type), "an integer"))
        {
            return false;
        }

        if (!GgufScalar.TryReadInteger(entry.Type, _memory.Start + entry.Start, out value))
        {
            throw new GgufException(_memory.Name, FieldOf(key).ToString(), entry.Start, $"{(ulong)value}", $"at most {long.MaxValue}");
        }

        return true;
    }

    /// <summary>Any integer or floating-point type.</summary>
    public bool TryGetNumber(string key, out double value)
    {
        value = 0;
        if (!TryFind(key, out var entry, entry => GgufScalar.IsNumber(entry.Type), "a number"))
        {
            return false;
        }

        value = GgufScalar.ReadNumber(entry.Type, _memory.Start + entry.Start);
        return true;
    }

    public bool TryGetBoolean(string key, out bool value)
    {
        value = false;
        if (!TryFind(key, out var entry, entry => entry.Type == GgufValueType.Boolean, "Boolean"))
        {
            return false;
        }

        value = _memory.Start[entry.Start] != 0;
        return true;
    }

    /// <summary>The array, or an empty one when the key is absent.</summary>
    public bool TryGetArray(string key, out GgufArray array)
    {
        array = GgufArray.Empty;
        if (!TryFind(key, out var entry, entry => entry.Type == GgufValueType.Array, "Array"))
        {
            return false;
        }

        array = entry.Array!;
        return true;
    }

    public string GetString(string key) => TryGetString(key, out string value) ? value : throw Missing(key);

    public long GetInteger(string key) => TryGetInteger(key, out long value) ? value : throw Missing(key);

    public double GetNumber(string key) => TryGetNumber(key, out double value) ? value : throw Missing(key);

    public bool GetBoolean(string key) => TryGetBoolean(key, out bool value) ? value : throw Missing(key);

    public GgufArray GetArray(string key) => TryGetArray(key, out var array) ? array : throw Missing(key);

    /// <summary>Where errors of the caller's own checks on a value should point to.</summary>
    internal GgufException Fail(string key, string found, string expected)
    {
        return new GgufException(_memory.Name, FieldOf(key).ToString(), _entries[key].Start, found, expected);
    }

    /// <summary>The value of a key as the file stores it, without the type id.</summary>
    internal ReadOnlySpan<byte> GetEncoded(string key)
    {
        var entry = _entries[key];
        return new ReadOnlySpan<byte>(_memory.Start + entry.Start, checked((int)(entry.End - entry.Start)));
    }

    private static GgufField FieldOf(string key) => new("metadata", key, -1, null);

    private bool TryFind(string key, out GgufMetadataEntry entry, Predicate<GgufMetadataEntry> isExpected, string expectation)
    {
        if (!_entries.TryGetValue(key, out entry))
        {
            return false;
        }

        return isExpected(entry) ? true : throw Fail(key, $"type {entry.Type}", expectation);
    }

    private GgufException Missing(string key) => new(_memory.Name, FieldOf(key).ToString(), "the key is missing");
}
