namespace Lathe.Formats.Gguf;

/// <summary>Passes on what is written and holds the writer to the number of bytes that was announced.</summary>
internal sealed class ExactLengthStream(Stream target, long length, string name) : Stream
{
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException();
    }

    /// <exception cref="InvalidOperationException">Fewer bytes than announced were written.</exception>
    public void Complete()
    {
        if (_written != length)
        {
            throw new InvalidOperationException($"The data of {name} is {_written} bytes long, expected {length}.");
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > length - _written)
        {
            throw new InvalidOperationException($"The data of {name} is longer than the expected {length} bytes.");
        }

        target.Write(buffer);
        _written += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => target.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
