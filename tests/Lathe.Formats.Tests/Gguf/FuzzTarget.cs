using Lathe.Formats.Gguf;

namespace Lathe.Formats.Tests.Gguf;

/// <summary>A real file in guarded memory, whose header can be mutated and restored.</summary>
internal sealed unsafe class FuzzTarget : IDisposable
{
    // Room for headers that grow by insertion, at the cost of some data bytes, which nothing looks at.
    private const int Slack = 64;

    private readonly GuardedMemory _memory;
    private readonly byte[] _header;

    public FuzzTarget(string path)
    {
        Name = Path.GetFileName(path);
        byte[] content = File.ReadAllBytes(path);
        Length = content.Length;
        _memory = new GuardedMemory(content);
        using var file = GgufFile.FromMemory(_memory.Start, Length, Name);
        HeaderLength = (int)(file.Tensors.Min(tensor => (long)tensor.Data) - (long)_memory.Start);
        _header = Window.ToArray();
    }

    public string Name { get; }

    public int HeaderLength { get; }

    public long Length { get; }

    public byte* Start => _memory.Start;

    /// <summary>The bytes that may be changed: the header and a little more.</summary>
    public Span<byte> Window => new(_memory.Start, HeaderLength + Slack);

    public void Restore() => _header.CopyTo(Window);

    public void Dispose() => _memory.Dispose();
}
