using System.Buffers.Binary;
using System.Text;

namespace Lathe.Formats.Gguf;

/// <summary>Writes a GGUF file, version 3: metadata and tensors in the order in which they were added, tensors aligned as
/// <c>general.alignment</c> says (32 bytes unless that key is added).</summary>
/// <remarks>A tensor's data is asked for when its turn comes to be written, so a file may be far larger than memory.</remarks>
public sealed class GgufWriter
{
    private const int LargestChunk = 1 << 24;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly OrderedDictionary<string, GgufEncodedValue> _metadata = [];
    private readonly OrderedDictionary<string, PendingTensor> _tensors = [];
    private long _alignment = GgufAlignment.Default;

    private sealed record PendingTensor(GgmlTypeInfo Type, TensorShape Shape, Action<Stream> WriteData)
    {
        public long ByteSize => Type.ByteSize(Shape);
    }

    public void Add(string key, string value) => AddEncoded(key, GgufEncodedValue.OfString(value));

    /// <summary>Adds a value of any metadata type that has a fixed size: boolean, integers of 8 to 64 bits, float, double.</summary>
    public void Add<T>(string key, T value)
        where T : unmanaged
    {
        AddEncoded(key, GgufEncodedValue.OfNumber(value));
    }

    public void AddArray(string key, ReadOnlySpan<string> values) => AddEncoded(key, GgufEncodedValue.OfArray(values));

    /// <inheritdoc cref="Add{T}(string, T)"/>
    public void AddArray<T>(string key, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        AddEncoded(key, GgufEncodedValue.OfArray(values));
    }

    /// <summary>Adds an entry of another file as it is.</summary>
    public void Copy(string key, GgufMetadata source) => AddEncoded(key, new GgufEncodedValue(source.TypeOf(key), source.GetEncoded(key).ToArray()));

    /// <summary>Adds a tensor of another file as it is. That file must stay open until this one is written.</summary>
    public unsafe void Copy(GgufTensor tensor)
    {
        AddTensor(tensor.Name, tensor.Type, tensor.Shape, stream =>
        {
            for (long done = 0; done < tensor.ByteSize; done += LargestChunk)
            {
                stream.Write(new ReadOnlySpan<byte>(tensor.Data + done, (int)Math.Min(LargestChunk, tensor.ByteSize - done)));
            }
        });
    }

    /// <summary>Adds a tensor.</summary>
    /// <param name="name">1 to 63 bytes of UTF-8, not yet used in this file.</param>
    /// <param name="type">The element type of the data.</param>
    /// <param name="shape">Dimensions, contiguous one first; it is a whole number of the type's blocks.</param>
    /// <param name="writeData">Writes exactly the tensor's bytes to the stream it is given. Called once in each <c>Write</c>.</param>
    public void AddTensor(string name, GgmlType type, TensorShape shape, Action<Stream> writeData)
    {
        ArgumentNullException.ThrowIfNull(writeData);
        RequireName(name, GgufTensorTable.LongestName);
        var tensor = new PendingTensor(GgmlTypeInfo.Of(type), shape, writeData);
        _ = tensor.ByteSize;
        if (!_tensors.TryAdd(name, tensor))
        {
            throw new ArgumentException($"The file already has a tensor \"{name}\".", nameof(name));
        }
    }

    /// <inheritdoc cref="AddTensor(string, GgmlType, TensorShape, Action{Stream})"/>
    public void AddTensor(string name, GgmlType type, TensorShape shape, ReadOnlyMemory<byte> data)
    {
        AddTensor(name, type, shape, stream => stream.Write(data.Span));
    }

    /// <summary>Writes the file. It appears under its name only when it is complete; a file of that name is replaced.</summary>
    public void Write(string path)
    {
        string partial = path + ".partial";
        try
        {
            using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                Write(stream);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>Writes the file to a stream, which need not be seekable.</summary>
    public void Write(Stream stream)
    {
        using var header = new MemoryStream();
        WriteHeader(header);
        header.Position = 0;
        header.CopyTo(stream);
        WritePadding(stream, header.Length);
        foreach (var (name, tensor) in _tensors)
        {
            using var data = new ExactLengthStream(stream, tensor.ByteSize, name);
            tensor.WriteData(data);
            data.Complete();
            WritePadding(stream, tensor.ByteSize);
        }
    }

    private static void RequireName(string name, int limit)
    {
        int length = s_strictUtf8.GetByteCount(name);
        if (length < 1 || length > limit)
        {
            throw new ArgumentException($"A name of {length} bytes, expected 1 to {limit}.", nameof(name));
        }
    }

    private static void WriteNumber(Stream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void WriteNumber(Stream stream, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void WriteName(Stream stream, string name)
    {
        byte[] bytes = s_strictUtf8.GetBytes(name);
        WriteNumber(stream, (long)bytes.Length);
        stream.Write(bytes);
    }

    private void AddEncoded(string key, in GgufEncodedValue value)
    {
        RequireName(key, GgufMetadataParser.LongestKey);
        if (key == GgufAlignment.Key)
        {
            uint alignment = value.Type == GgufValueType.UInt32 ? BinaryPrimitives.ReadUInt32LittleEndian(value.Bytes) : 0;
            _alignment = GgufAlignment.IsValid(alignment)
                ? alignment
                : throw new ArgumentException($"{key} must be a power of two of type {GgufValueType.UInt32}.", nameof(value));
        }

        if (!_metadata.TryAdd(key, value))
        {
            throw new ArgumentException($"The file already has a key \"{key}\".", nameof(key));
        }
    }

    private void WriteHeader(Stream header)
    {
        WriteNumber(header, GgufParser.Magic);
        WriteNumber(header, GgufParser.NewestVersion);
        WriteNumber(header, (long)_tensors.Count);
        WriteNumber(header, (long)_metadata.Count);
        foreach (var (key, value) in _metadata)
        {
            WriteName(header, key);
            WriteNumber(header, (uint)value.Type);
            header.Write(value.Bytes);
        }

        long offset = 0;
        foreach (var (name, tensor) in _tensors)
        {
            WriteName(header, name);
            WriteNumber(header, (uint)tensor.Shape.Rank);
            for (int i = 0; i < tensor.Shape.Rank; i++)
            {
                WriteNumber(header, tensor.Shape[i]);
            }

            WriteNumber(header, (uint)tensor.Type.Type);
            WriteNumber(header, offset);
            offset = checked(offset + GgufAlignment.Pad(tensor.ByteSize, _alignment));
        }
    }

    private void WritePadding(Stream stream, long length)
    {
        long missing = GgufAlignment.Pad(length, _alignment) - length;
        Span<byte> zeros = stackalloc byte[256];
        zeros.Clear();
        while (missing > 0)
        {
            int count = (int)Math.Min(missing, zeros.Length);
            stream.Write(zeros[..count]);
            missing -= count;
        }
    }
}
