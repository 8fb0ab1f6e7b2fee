namespace Lathe.Formats.Gguf;

/// <summary>A tensor of an opened file: what the file says about it, and where its bytes lie in memory.</summary>
public sealed unsafe class GgufTensor
{
    private readonly GgufMemory _memory;
    private readonly long _offset;

    internal GgufTensor(string name, GgmlType type, TensorShape shape, long byteSize, GgufMemory memory, long offset)
    {
        Name = name;
        Type = type;
        Shape = shape;
        ByteSize = byteSize;
        _memory = memory;
        _offset = offset;
    }

    public string Name { get; }

    public GgmlType Type { get; }

    /// <summary>Dimensions, contiguous one first. <see cref="TensorShape.D0"/> is a whole number of the type's blocks.</summary>
    public TensorShape Shape { get; }

    /// <summary>Bytes from <see cref="Data"/> on that belong to the tensor.</summary>
    public long ByteSize { get; }

    /// <summary>The first byte of the tensor, inside the file's mapping and aligned as the file aligns it. Read only; valid until the file is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The file has been disposed.</exception>
    public byte* Data => _memory.Start + _offset;

    public override string ToString() => $"{Name} {GgmlTypeInfo.Of(Type).Name} {Shape}";
}
