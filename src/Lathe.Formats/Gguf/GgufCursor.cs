using System.Buffers.Binary;
using System.Text;

namespace Lathe.Formats.Gguf;

/// <summary>Reads a header field by field and never past the end of its memory: every length is compared with what is left before it is used.</summary>
internal sealed unsafe class GgufCursor
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly GgufMemory _memory;
    private readonly byte* _start;

    public GgufCursor(GgufMemory memory)
    {
        _memory = memory;
        _start = memory.Start;
    }

    public long Position { get; private set; }

    public long Remaining => _memory.Length - Position;

    public uint ReadUInt32(in GgufField field)
    {
        return BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(Take(sizeof(uint), field), sizeof(uint)));
    }

    public ulong ReadUInt64(in GgufField field)
    {
        return BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(Take(sizeof(ulong), field), sizeof(ulong)));
    }

    /// <summary>Reads a count of things of which each takes at least <paramref name="leastBytes"/> of what is left of the file.</summary>
    public long ReadCount(long limit, long leastBytes, in GgufField field)
    {
        long offset = Position;
        ulong count = ReadUInt64(field);
        long fitting = Remaining / leastBytes;
        if (count > (ulong)limit || count > (ulong)fitting)
        {
            throw Fail(field, offset, $"{count}", count > (ulong)limit ? $"at most {limit}" : $"at most {fitting}, as many as the rest of the file can hold");
        }

        return (long)count;
    }

    /// <summary>Reads a string of <paramref name="least"/> to <paramref name="limit"/> bytes and leaves it where it is.</summary>
    public ReadOnlySpan<byte> ReadString(int least, int limit, in GgufField field)
    {
        long offset = Position;
        ulong length = ReadUInt64(field);
        if (length < (ulong)least || length > (ulong)limit)
        {
            throw Fail(field.Length, offset, $"{length}", $"{least} to {limit} bytes");
        }

        if (length > (ulong)Remaining)
        {
            throw Fail(field.Length, offset, $"{length}", $"at most {Remaining}, the rest of the file");
        }

        return new ReadOnlySpan<byte>(Take((long)length, field), (int)length);
    }

    /// <summary>Reads a name: a string that is not empty and is valid UTF-8.</summary>
    public string ReadName(int limit, in GgufField field)
    {
        long offset = Position;
        var bytes = ReadString(1, limit, field);
        try
        {
            return s_strictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Fail(field, offset, $"bytes that are not UTF-8 ({Convert.ToHexString(bytes[..Math.Min(16, bytes.Length)])})", "valid UTF-8");
        }
    }

    /// <summary>Passes over the strings of an array. One loop of its own, because a vocabulary has hundreds of thousands.</summary>
    public void PassStrings(int count, int limit, in GgufField field)
    {
        long position = Position;
        for (int i = 0; i < count; i++)
        {
            long left = _memory.Length - position - sizeof(ulong);
            ulong length = left < 0 ? ulong.MaxValue : BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(_start + position, sizeof(ulong)));
            if (length > (ulong)limit || length > (ulong)left)
            {
                // The single-string form finds the same fault again and says which it is.
                Position = position;
                ReadString(0, limit, field with { Element = i });
            }

            position += sizeof(ulong) + (long)length;
        }

        Position = position;
    }

    /// <summary>Passes over <paramref name="count"/> bytes and returns the first.</summary>
    public byte* Take(long count, in GgufField field)
    {
        if (count > Remaining)
        {
            throw Fail(field, Position, $"the end of the file after {Remaining} bytes", $"{count} bytes");
        }

        byte* taken = _start + Position;
        Position += count;
        return taken;
    }

    public GgufException Fail(in GgufField field, long offset, string found, string expected)
    {
        return new GgufException(_memory.Name, field.ToString(), offset, found, expected);
    }
}
