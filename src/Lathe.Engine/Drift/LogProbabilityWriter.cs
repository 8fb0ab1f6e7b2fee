using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Lathe.Engine.Drift;

/// <summary>Writes what a model says of a text, for other runs to be compared with.</summary>
/// <remarks>Little-endian: the eight bytes of <see cref="LogProbabilityReader.Magic"/>, then as i32 the version, the vocabulary, the tokens of a chunk
/// and the number of chunks, 32 bytes of model hash, the tokens as i32, and for each scored token the f32 log-probabilities of the whole vocabulary. They are
/// not rounded to fewer bits: a divergence of 1e-5 is to be told from none.</remarks>
public sealed class LogProbabilityWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly float[] _row;

    /// <param name="stream">Where to write; disposed with the writer.</param>
    public LogProbabilityWriter(Stream stream, LogProbabilityHeader header)
    {
        _stream = stream;
        _row = new float[header.Vocabulary];
        _stream.Write(LogProbabilityReader.Magic);
        WriteNumber(LogProbabilityReader.Version);
        WriteNumber(header.Vocabulary);
        WriteNumber(header.ChunkTokens);
        WriteNumber(header.Tokens.Length / header.ChunkTokens);
        _stream.Write(header.ModelHash);
        foreach (var token in header.Tokens)
        {
            WriteNumber(token);
        }
    }

    /// <summary>Adds the next scored token.</summary>
    public void Write(ReadOnlySpan<float> logits)
    {
        LogProbabilities.Write(logits, _row);
        if (BitConverter.IsLittleEndian)
        {
            _stream.Write(MemoryMarshal.AsBytes(_row.AsSpan()));
            return;
        }

        foreach (var value in _row)
        {
            WriteNumber(BitConverter.SingleToInt32Bits(value));
        }
    }

    public void Dispose() => _stream.Dispose();

    private void WriteNumber(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        _stream.Write(bytes);
    }
}
