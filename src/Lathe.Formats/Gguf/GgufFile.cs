using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Lathe.Formats.Gguf;

/// <summary>An opened GGUF model, versions 2 and 3: metadata and tensors, read from a memory mapping of its file or files. Opening reads the
/// headers only, so it takes the same few milliseconds for any size. Safe to use from many threads; nothing may be read after <see cref="Dispose"/>.</summary>
public sealed unsafe class GgufFile : IDisposable
{
    private readonly IReadOnlyList<GgufPart> _parts;
    private readonly Dictionary<string, GgufTensor> _tensorsByName;

    private GgufFile(string path, IReadOnlyList<GgufPart> parts)
    {
        Path = path;
        _parts = parts;
        Tensors = parts.Count == 1 ? parts[0].Tensors : [.. parts.SelectMany(part => part.Tensors)];
        _tensorsByName = new Dictionary<string, GgufTensor>(Tensors.Count);
        foreach (var tensor in Tensors)
        {
            if (!_tensorsByName.TryAdd(tensor.Name, tensor))
            {
                throw new GgufException(System.IO.Path.GetFileName(path), $"tensor {GgufField.Quote(tensor.Name)}", "more than one part of the model has it");
            }
        }
    }

    /// <summary>The file that was opened: for a split model its first part.</summary>
    public string Path { get; }

    /// <summary>The format's version, 2 or 3.</summary>
    public uint Version => _parts[0].Version;

    /// <summary>Bytes of all parts.</summary>
    public long FileSize => _parts.Sum(part => part.Memory.Length);

    /// <summary>How many files the model is split into.</summary>
    public int PartCount => _parts.Count;

    /// <summary>What each tensor's offset in the file is a multiple of, in bytes (of the first part).</summary>
    public long Alignment => _parts[0].Alignment;

    /// <summary>The metadata (of the first part: it alone describes a split model).</summary>
    public GgufMetadata Metadata => _parts[0].Metadata;

    /// <summary>All tensors in the order of the file or files.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>Opens a model. For one that is split into parts, <paramref name="path"/> is the first part; the others are expected beside it.</summary>
    /// <exception cref="GgufException">The file cannot be read or is malformed; the message says what was found and what was expected.</exception>
    public static GgufFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var parts = new List<GgufPart>();
        try
        {
            GgufSplit.MapParts(path, parts);
            return new GgufFile(path, parts);
        }
        catch
        {
            parts.ForEach(part => part.Memory.Dispose());
            throw;
        }
    }

    public bool TryGetTensor(string name, [NotNullWhen(true)] out GgufTensor? tensor) => _tensorsByName.TryGetValue(name, out tensor);

    /// <summary>SHA-256 of all bytes of the model, of a split one over its parts in their order, as of one file. Reads every byte.</summary>
    public byte[] ComputeSha256()
    {
        const int Step = 1 << 26;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var memory in _parts.Select(part => part.Memory))
        {
            for (long at = 0; at < memory.Length; at += Step)
            {
                hash.AppendData(new ReadOnlySpan<byte>(memory.Start + at, (int)Math.Min(Step, memory.Length - at)));
            }
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Reads a byte of every page, so that later reads do not wait for the system to map them, or for the disk.</summary>
    public void TouchPages()
    {
        var sum = 0;
        foreach (var memory in _parts.Select(part => part.Memory))
        {
            for (long at = 0; at < memory.Length; at += Environment.SystemPageSize)
            {
                sum += Volatile.Read(ref memory.Start[at]);
            }
        }

        GC.KeepAlive(sum);
    }

    /// <summary>Unmaps the file. Pointers and spans into it must not be used any more.</summary>
    public void Dispose()
    {
        foreach (var part in _parts)
        {
            part.Memory.Dispose();
        }
    }

    /// <summary>Reads a model from a block of memory, which must stay valid and unchanged until the result is disposed.</summary>
    public static GgufFile FromMemory(byte* start, long length, string name)
    {
        var part = GgufParser.Parse(new GgufMemory(start, length, name));
        GgufSplit.RequireWhole(part);
        return new GgufFile(name, [part]);
    }
}
