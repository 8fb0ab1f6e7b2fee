using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Lathe.Engine.Drift;

/// <summary>Reads what <see cref="LogProbabilityWriter"/> wrote. The file is not trusted: what it says of itself must agree with its length before
/// anything of that size is allocated.</summary>
public sealed class LogProbabilityReader : IDisposable
{
    public const int Version = 1;

    private const int HashBytes = 32;
    private const int MostTokensPerChunk = 1 << 20;
    private const int MostVocabulary = 1 << 24;

    private readonly Stream _stream;
    private readonly string _name;
    private readonly float[] _row;

    /// <param name="stream">A stream of known length, disposed with the reader, also if this constructor fails.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="LogProbabilityException">It is not a whole file of log-probabilities of this version.</exception>
    public LogProbabilityReader(Stream stream, string name)
    {
        _stream = stream;
        _name = name;
        try
        {
            Header = ReadHeader();
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        _row = new float[Header.Vocabulary];
    }

    public static ReadOnlySpan<byte> Magic => "LATHE-LP"u8;

    public LogProbabilityHeader Header { get; }

    /// <summary>The log-probabilities of the next scored token; valid until the next call.</summary>
    /// <exception cref="LogProbabilityException">There is none.</exception>
    public ReadOnlySpan<float> Read()
    {
        Fill(MemoryMarshal.AsBytes(_row.AsSpan()));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<float, int>(_row.AsSpan()), MemoryMarshal.Cast<float, int>(_row.AsSpan()));
        }

        return _row;
    }

    public void Dispose() => _stream.Dispose();

    private LogProbabilityHeader ReadHeader()
    {
        Span<byte> magic = stackalloc byte[Magic.Length];
        if (_stream.Length < magic.Length || _stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length || !magic.SequenceEqual(Magic))
        {
            throw new LogProbabilityException($"{_name} is not a file of log-probabilities: it does not begin with {System.Text.Encoding.ASCII.GetString(Magic)}");
        }

        if (ReadNumber() is var version && version != Version)
        {
            throw new LogProbabilityException($"{_name} has version {version}, expected {Version}: make it again with --kl-save");
        }

        int vocabulary = ReadNumber(), chunkTokens = ReadNumber(), chunks = ReadNumber();
        if (vocabulary is <= 0 or > MostVocabulary || chunkTokens is < 4 or > MostTokensPerChunk || chunks <= 0)
        {
            throw new LogProbabilityException($"{_name} claims {chunks} chunks of {chunkTokens} tokens over a vocabulary of {vocabulary}, which cannot be");
        }

        var hash = new byte[HashBytes];
        Fill(hash);

        // Sizes of up to 2^31 chunks: in 128 bits nothing overflows.
        var scored = (Int128)chunks * (chunkTokens - 1 - (chunkTokens / 2));
        var expected = _stream.Position + ((Int128)chunks * chunkTokens * sizeof(int)) + (scored * vocabulary * sizeof(float));
        if (_stream.Length != expected || (long)chunks * chunkTokens > Array.MaxLength)
        {
            throw new LogProbabilityException(
                $"{_name} has {_stream.Length} bytes, expected {expected} for {chunks} chunks of {chunkTokens} tokens over a vocabulary of {vocabulary}: it is cut off or damaged");
        }

        var tokens = new int[chunks * chunkTokens];
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = ReadNumber();
            if ((uint)tokens[i] >= (uint)vocabulary)
            {
                throw new LogProbabilityException($"{_name} has token {tokens[i]} at place {i}, expected less than its vocabulary of {vocabulary}");
            }
        }

        return new LogProbabilityHeader(hash, vocabulary, chunkTokens, tokens);
    }

    private int ReadNumber()
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        Fill(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    private void Fill(Span<byte> target)
    {
        if (_stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) < target.Length)
        {
            throw new LogProbabilityException($"{_name} ends in the middle: it is cut off");
        }
    }
}
